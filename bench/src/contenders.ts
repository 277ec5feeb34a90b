import { createPublicKey, verify as cryptoVerify, type KeyObject, type webcrypto } from 'node:crypto';
import { createVerifier } from '@torii/core';
import { JwtVerifier } from 'aws-jwt-verify';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';

const issuer = 'https://acme.torii.test';

/** Tokens to verify, and all that a verifier may be told about them. */
export interface Material {
  readonly jwk: JWK & { readonly kid: string };
  readonly key: KeyObject;
  mint(count: number, changes?: Record<string, unknown>): Promise<string[]>;
}

export async function makeMaterial(): Promise<Material> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
  let serial = 0;
  return {
    jwk,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
    mint: (count, changes = {}) =>
      Promise.all(
        Array.from({ length: count }, () => {
          const iat = Math.floor(Date.now() / 1000);
          serial += 1;
          const claims = {
            iss: issuer,
            sub: `01931a73-8b00-7000-8000-${String(serial).padStart(12, '0')}`,
            pid: '01931a72-0000-7000-8000-000000000000',
            iat,
            exp: iat + 3600,
            email_verified: true,
            profile_complete: true,
            locale: 'en',
            ...changes,
          };
          return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: jwk.kid, typ: 'JWT' }).sign(privateKey);
        }),
      ),
  };
}

/** Verifies one token; throws or rejects for a bad one. */
export type Verify = (token: string) => unknown;

/** Ours. The cache of results is part of it: tokens that differ never hit it. */
export function ours({ jwk }: Material): Verify {
  const torii = createVerifier({ issuer, keys: { keys: [jwk as never] } });
  return (token) => torii.verify(token);
}

/** The verifiers that people use instead. */
export async function peers({ jwk, key }: Material): Promise<Record<string, Verify>> {
  const keySet = createLocalJWKSet({ keys: [jwk] });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const fast = (cache: boolean): Verify =>
    createFastJwt({ key: pem, algorithms: ['ES256'], allowedIss: issuer, cache });
  const aws = JwtVerifier.create({ issuer, audience: null, jwksUri: `${issuer}/jwks.json` });
  aws.cacheJwks({ keys: [{ ...jwk, kty: 'EC', use: 'sig', alg: 'ES256' }] } as never);
  return {
    jose: (token) => jwtVerify(token, keySet, { issuer, algorithms: ['ES256'] }),
    'fast-jwt, cache off': fast(false),
    'fast-jwt, cache on': fast(true),
    'aws-jwt-verify': (token) => aws.verify(token),
    jsonwebtoken: (token) => jsonwebtoken.verify(token, key, { issuer, algorithms: ['ES256'] }),
  };
}

/** The signature alone, which no verifier can do without. */
export async function floors({ jwk, key }: Material): Promise<Record<string, Verify>> {
  const ieee = { key, dsaEncoding: 'ieee-p1363' } as const;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const { kty, crv, x, y } = jwk;
  const webKey = await crypto.subtle.importKey(
    'jwk',
    { kty, crv, x, y } as webcrypto.JsonWebKey,
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['verify'],
  );
  const parts = (token: string): [Buffer, Buffer] => {
    const end = token.lastIndexOf('.');
    return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')];
  };
  return {
    'floor: crypto.verify, blocking': (token) => {
      const [data, signature] = parts(token);
      if (!cryptoVerify('sha256', data, ieee, signature)) throw new Error('refused');
    },
    'floor: crypto.verify, thread pool': (token) => {
      const [data, signature] = parts(token);
      return new Promise<void>((resolve, reject) =>
        cryptoVerify('sha256', data, ieee, signature, (error, good) =>
          error === null && good ? resolve() : reject(new Error('refused')),
        ),
      );
    },
    'floor: subtle.verify': async (token) => {
      const [data, signature] = parts(token);
      if (!(await crypto.subtle.verify(algorithm, webKey, new Uint8Array(signature), new Uint8Array(data))))
        throw new Error('refused');
    },
  };
}
