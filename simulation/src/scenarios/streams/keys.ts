import { createHash, generateKeyPairSync } from 'node:crypto';

/** The keys of every world. A trace names them, and never contains their values, which differ in each thread. */
export type KeyName = 'a' | 'b' | 'c';

export const keyNames: readonly KeyName[] = ['a', 'b', 'c'];

export interface StreamKey {
  readonly name: KeyName;
  /** The key id: a thumbprint (RFC 7638). */
  readonly keyId: string;
  /** The public key as SPKI. */
  readonly publicPem: string;
  /** The private key as PKCS#8. */
  readonly privatePem: string;
}

const keys: Map<KeyName, StreamKey> = new Map();

export function keyOf(name: KeyName): StreamKey {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { e, n } = publicKey.export({ format: 'jwk' });
  const key: StreamKey = {
    name,
    keyId: createHash('sha256')
      .update(JSON.stringify({ e, kty: 'RSA', n }))
      .digest('base64url'),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  keys.set(name, key);
  return key;
}

/** The key that a text is the plain SPKI PEM of. A gateway reads no other form. */
export function nameOfPem(text: string | null | undefined): KeyName | null {
  return keyNames.find((name) => keyOf(name).publicPem === text) ?? null;
}

/** The key that a text is the PEM of, also with a literal `\n`, which our packages read and a gateway may not. */
export function nameOfAnyPem(text: string | null | undefined): KeyName | null {
  return nameOfPem(text?.replaceAll('\\n', '\n'));
}

export function nameOfKeyId(keyId: string | null | undefined): KeyName | null {
  return keyNames.find((name) => keyOf(name).keyId === keyId) ?? null;
}
