import { createPublicKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface PublicJwk extends JWK {
  readonly kid: string;
}

/** Mints tokens to verify, and has everything that a verifier needs to know about them. */
export interface Material {
  readonly issuer: string;
  /** The URL of the issuer's keys, served by this process. */
  readonly jwksUrl: string;
  readonly jwk: PublicJwk;
  readonly key: KeyObject;
  mint(count: number, changes?: TokenChanges): Promise<string[]>;
}

export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The `iss` claim of each token, by the token's serial number. */
  readonly issuerOf?: (serial: number) => string;
  /** Signs with a key that is not the issuer's, and puts this `kid` into the header. */
  readonly foreignKid?: string;
}

/** Creates an issuer. Its server does not keep the process alive. */
export async function makeMaterial(): Promise<Material> {
  const own = await generateKeyPair('ES256', { extractable: true });
  const foreignKey = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
  const origin = await serveJson({ keys: [jwk] });
  let serial = 0;
  const mintOne = ({ claims = {}, issuerOf, foreignKid }: TokenChanges): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    serial += 1;
    const all = {
      iss: issuerOf?.(serial) ?? origin,
      sub: `01931a73-8b00-7000-8000-${String(serial).padStart(12, '0')}`,
      pid: '01931a72-0000-7000-8000-000000000000',
      iat,
      exp: iat + 3600,
      email_verified: true,
      profile_complete: true,
      locale: 'en',
      ...claims,
    };
    return new SignJWT(all)
      .setProtectedHeader({ alg: 'ES256', kid: foreignKid ?? jwk.kid, typ: 'JWT' })
      .sign(foreignKid === undefined ? own.privateKey : foreignKey.privateKey);
  };
  return {
    issuer: origin,
    jwksUrl: `${origin}/_torii/.well-known/jwks.json`,
    jwk,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
    mint: async (count, changes = {}) => {
      const tokens: string[] = [];
      // Sign in batches, because 200,000 concurrent promises take longer than the signing itself.
      while (tokens.length < count) {
        const length = Math.min(1_000, count - tokens.length);
        tokens.push(...(await Promise.all(Array.from({ length }, () => mintOne(changes)))));
      }
      return tokens;
    },
  };
}

async function serveJson(body: object): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Without unref() on each socket, open keep-alive connections would keep the process alive too.
  server.on('connection', (socket) => socket.unref()).unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
