// Creates keys and tokens for the cases. Signs with jose, which is independent of the code under test.
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export const issuer = 'https://acme.torii.test';

export async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A valid token of `user_1`, with changed claims or header. A claim that is `undefined` is left out. */
export function mint(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const iat = nowSeconds();
  return new SignJWT({ iss: issuer, sub: 'user_1', pid: 'env_1', iat, exp: iat + 3600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** Replaces the header. The signature is not changed, so it no longer matches. */
export function withHeader(token: string, header: unknown): string {
  return token.replace(/^[^.]*/, encode(JSON.stringify(header)));
}

export function withSignature(token: string, change: (signature: Buffer) => Uint8Array): string {
  const at = token.lastIndexOf('.') + 1;
  return token.slice(0, at) + encode(change(Buffer.from(token.slice(at), 'base64url')));
}

export function encode(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

/** The signature in DER encoding, which is OpenSSL's default. JWS requires the plain 64 bytes (RFC 7518 3.4). */
export function toDer(signature: Buffer): Uint8Array {
  const numbers = [signature.subarray(0, 32), signature.subarray(32)].map((number) => {
    const start = number.findIndex((byte) => byte !== 0);
    const digits = number.subarray(start);
    const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
    return Buffer.from([2, digits.length + sign.length, ...sign, ...digits]);
  });
  const body = Buffer.concat(numbers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
