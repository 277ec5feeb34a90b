import { decodeBase64url } from '#encoding';

/** A curve y² = x³ - 3x + b over the integers modulo p (FIPS 186-5, SP 800-186 3.2.1). */
export interface Curve {
  readonly p: bigint;
  readonly b: bigint;
}

export const p256: Curve = {
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
};

/** Whether two members of a JSON Web Key are a point on the curve, each in its full length (RFC 7518 6.2.1.2). */
export function isOnCurve({ p, b }: Curve, x: unknown, y: unknown): boolean {
  const length = Math.ceil((Math.ceil(p.toString(2).length / 8) * 8) / 6);
  if (![x, y].every((text) => typeof text === 'string' && text.length === length)) return false;
  const [left, right] = [numberOf(String(x)), numberOf(String(y))];
  if (left === undefined || right === undefined || left >= p || right >= p) return false;
  return (right * right - left * left * left + 3n * left - b) % p === 0n;
}

/** Decodes a number in base64url. Returns `undefined` if the text is not base64url. */
export function numberOf(text: string): bigint | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  let hex = '0x0';
  for (const byte of decodeBase64url(text)) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}
