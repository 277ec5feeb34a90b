export interface EcPublicJwk {
  readonly x: string;
  readonly y: string;
}

export type VerifySignature = (
  signature: Uint8Array<ArrayBuffer>,
  signedBytes: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>;

// Refuses a wrong length (RFC 7518 3.4), and zeros: some crypto libraries accept zeros for any message (CVE-2022-21449).
export function isSignatureShaped(signature: Uint8Array): boolean {
  return signature.length === 64 && hasOne(signature, 0, 32) && hasOne(signature, 32, 64);
}

function hasOne(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return true;
  return false;
}
