import { createHash } from 'node:crypto';

/** SHA-256 of header and payload, by which a token is revoked. */
export function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same token with the other signature that verifies: (r, n - s). */
export function twinOf(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`);
  signature.write(s.toString(16).padStart(64, '0'), 32, 'hex');
  return token.slice(0, end) + signature.toString('base64url');
}
