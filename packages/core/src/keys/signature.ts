/** The two numbers of a public key (RFC 7518 6.2.1). */
export interface EcPublicJwk {
  readonly x: string;
  readonly y: string;
}

/** Tells whether a key signed these bytes, with ES256 (RFC 7518 3.4). */
export type VerifySignature = (
  signature: Uint8Array<ArrayBuffer>,
  signedBytes: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>;

/**
 * Two numbers of 32 bytes (RFC 7518 3.4), neither of them zero. DER and every other length are something else. A zero
 * would make any message verify in a library that forgets to look (CVE-2022-21449).
 */
export function isSignatureShaped(signature: Uint8Array): boolean {
  return signature.length === 64 && hasOne(signature, 0, 32) && hasOne(signature, 32, 64);
}

function hasOne(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return true;
  return false;
}
