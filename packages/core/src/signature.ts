/** A public key that is ready to verify. Spelled so that it compiles with the types of Node as well as of the web. */
export type PublicKey = Parameters<typeof crypto.subtle.verify>[1];

/** What ES256 needs of a JSON Web Key (RFC 7518 6.2.1). */
export interface EcPublicJwk {
  readonly x: string;
  readonly y: string;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

/** Turns a JSON Web Key into a key. Rejects for a point that is not on the curve. */
export function importPublicKey({ x, y }: EcPublicJwk): Promise<PublicKey> {
  // Rebuilt from the two numbers: `key_ops`, `ext` or `use` of somebody else's making cannot get in the way.
  return crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, curve, false, ['verify']);
}

/**
 * Two numbers of 32 bytes (RFC 7518 3.4), neither of them zero. DER and every other length are something else. A zero
 * would make any message verify in a library that forgets to look (CVE-2022-21449).
 */
export function isSignatureShaped(signature: Uint8Array): boolean {
  return signature.length === 64 && hasOne(signature, 0, 32) && hasOne(signature, 32, 64);
}

export function verifySignature(
  key: PublicKey,
  signature: Uint8Array<ArrayBuffer>,
  signedBytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify(es256, key, signature, signedBytes);
}

function hasOne(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return true;
  return false;
}
