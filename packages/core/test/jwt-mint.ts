import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { nowSeconds } from './mint.ts';

export const secret = 'a secret that is long enough for HS512, which is 64 bytes and more.';
export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const pairs = {
  RS256: await generateKeyPair('RS256', { extractable: true }),
  ES256: await generateKeyPair('ES256', { extractable: true }),
  ES512: await generateKeyPair('ES512', { extractable: true }),
  Ed25519: await generateKeyPair('Ed25519', { extractable: true }),
};
export const strangers = await generateKeyPair('RS256', { extractable: true });
export const pem = await exportSPKI(pairs.RS256.publicKey);
export const jwks = {
  keys: await Promise.all(
    Object.entries(pairs).map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kty: kid.startsWith('RS') ? 'RSA' : kid.startsWith('Ed') ? 'OKP' : 'EC',
      kid,
    })),
  ),
};

export type Key = Parameters<SignJWT['sign']>[0];

/** A claim that is `undefined` is left out. */
export function sign(
  alg: string,
  key: Key,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ sub: 'ada', exp: nowSeconds() + 60, ...claims }));
  return new SignJWT(payload).setProtectedHeader({ alg, ...header }).sign(key);
}
