import { generateKeyPairSync, sign } from 'node:crypto';
import { type Auth, verifyToken } from '@torii/core';

const issuer = 'https://torii.example.com';

/**
 * Whoever has these claims, as a verifier would tell. authz decides about what a verifier made and nothing else, so a token
 * is made here, by a key of this moment, and verified: no claim is read otherwise than in a server.
 *
 * @throws ToriiAuthError for claims with which no token is accepted
 */
export async function callerWith(claims: Readonly<Record<string, unknown>>): Promise<Auth> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Math.floor(Date.now() / 1000);
  const made = { sub: 'user', pid: 'environment', ...claims, iss: issuer, iat: now, exp: now + 60 };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  // Its times are of no interest here: a token's payload that was kept for a test still works.
  const { nbf: _nbf, ...payload } = made as Readonly<Record<string, unknown>>;
  const signed = `${encode({ alg: 'ES256', kid: 'key' })}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key' }] };
  return verifyToken(`${signed}.${signature.toString('base64url')}`, { issuer, keys });
}
