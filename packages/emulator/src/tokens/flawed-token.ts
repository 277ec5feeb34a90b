import { createHmac, createPublicKey } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';

type Claims = Readonly<Record<string, unknown>>;

/** How to make a token that every verifier must refuse. */
export interface FlawedToken {
  /** The reason with which `@torii/core` refuses the token. */
  readonly reason: string;
  readonly meaning: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly omitClaims?: readonly string[];
  readonly expiresInSeconds?: number;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly signedBy?: 'stranger' | 'public key' | 'trimmed public key';
  readonly signature?: string;
  readonly alteredTo?: Readonly<Record<string, unknown>>;
}

export interface FlawKeys {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly stranger: { readonly privateKey: CryptoKey; readonly publicJwk: JWK };
}

/** Encodes and signs by hand: jose refuses to make most of these tokens. */
export async function signFlawed(flaw: FlawedToken, claims: Claims, keys: FlawKeys): Promise<string> {
  const header: Record<string, unknown> = { alg: 'ES256', kid: keys.kid, typ: 'JWT', ...flaw.header };
  if (header['jwk'] === '{stranger}') header['jwk'] = { ...keys.stranger.publicJwk, kid: keys.kid };
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = flaw.signature ?? (await signatureOf(signed, flaw, keys));
  const sent = flaw.alteredTo === undefined ? signed : `${encode(header)}.${encode({ ...claims, ...flaw.alteredTo })}`;
  return `${sent}.${signature}`;
}

async function signatureOf(text: string, { signedBy }: FlawedToken, keys: FlawKeys): Promise<string> {
  if (signedBy === 'public key' || signedBy === 'trimmed public key') {
    const { kty = '', crv = '', x = '', y = '' } = keys.publicJwk;
    const pem = String(
      createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }).export({ format: 'pem', type: 'spki' }),
    );
    const secret = signedBy === 'public key' ? pem : pem.trim();
    return createHmac('sha256', secret).update(text).digest('base64url');
  }
  const { privateKey } = signedBy === 'stranger' ? keys.stranger : keys;
  const bytes = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(text));
  return Buffer.from(bytes).toString('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
