import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The key pair of an issuer. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: { readonly kty: string; readonly kid: string; readonly [member: string]: unknown };
}

export const issuer = 'https://acme.torii.test';

export async function makeKey(kid = 'key-1'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { kid, privateKey, publicJwk: { ...jwk, kty: 'EC', kid, alg: 'ES256', use: 'sig' } };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The required claims of a Torii token that is valid for five minutes. Claims that are `undefined` are left out. */
export function claimsWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const iat = nowSeconds();
  return { iss: issuer, sub: 'user_1', pid: 'env_1', iat, exp: iat + 300, ...changes };
}

/** A token with a valid signature. `header` is merged into the protected header. */
export function mint(
  key: SigningKey,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  return signText(
    key,
    JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: key.kid, ...header }),
    JSON.stringify(claimsWith(claims)),
  );
}

/** Signs any text as header and payload, for malformed tokens that libraries refuse to create. */
export async function signText(key: SigningKey, header: string, payload: string): Promise<string> {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${base64url(await signBytes(key, new TextEncoder().encode(signed)))}`;
}

export async function signBytes(key: SigningKey, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes));
}

export function base64url(value: string | Uint8Array): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** A token signed by jose, which is independent of the code under test. */
export function mintWithJose(key: SigningKey, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claimsWith(claims)).setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(key.privateKey);
}
