import { type KeyObject, sign } from 'node:crypto';

/** The signature of a JWT by ES256, in base64url. Real, and random: signing again gives another one. */
export function signEs256(content: string, privateKey: KeyObject): string {
  // Not by Node's option `dsaEncoding`, which doubles the time on Node 24.
  return joseOf(sign('sha256', Buffer.from(content), privateKey)).toString('base64url');
}

/** The two numbers of a signature in DER (RFC 3279 2.2.3), each in 32 bytes (RFC 7518 3.4). */
function joseOf(der: Buffer): Buffer {
  const joined = Buffer.alloc(64);
  // Both numbers are shorter than 128 bytes, so that each length is one byte.
  const rEnd = 4 + (der[3] ?? 0);
  const sEnd = rEnd + 2 + (der[rEnd + 1] ?? 0);
  copyNumber(der.subarray(4, rEnd), joined, 32);
  copyNumber(der.subarray(rEnd + 2, sEnd), joined, 64);
  return joined;
}

/** DER puts a zero before a first bit of 1, and leaves out other leading zeros. */
function copyNumber(number: Buffer, joined: Buffer, end: number): void {
  const digits = number.subarray(Math.max(0, number.length - 32));
  digits.copy(joined, end - digits.length);
}
