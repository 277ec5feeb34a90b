import type { Auth, RevocableToken } from '@torii/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const issuer = 'https://acme.torii.test';
export const environmentId = 'env_1';

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
export const keys = { keys: [{ ...(await exportJWK(publicKey)), kty: 'EC', kid: 'key-1', alg: 'ES256', use: 'sig' }] };

/** A signed token. Claims that are `undefined` are left out. */
export function mint(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: issuer, sub: 'ada', pid: environmentId, iat, exp: iat + 300, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
    .sign(privateKey);
}

export interface Claims {
  readonly sub?: string;
  readonly iat?: number;
  readonly organization?: string;
  readonly actor?: string;
  readonly digest?: string;
}

/** A token as core passes it to `check`. */
export function tokenOf({ sub = 'ada', iat = 1_000, organization, actor, digest = 'd' }: Claims = {}): RevocableToken {
  const auth = {
    userId: sub,
    issuedAt: iat,
    expiresAt: iat + 3600,
    organization: organization === undefined ? null : { id: organization, role: null },
    actor: actor === undefined ? null : { userId: actor, raw: {} },
  };
  return { auth: auth as unknown as Auth, digest };
}
