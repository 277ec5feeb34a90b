import { createHash, createHmac, createSecretKey } from 'node:crypto';

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** HMAC-SHA-256 (RFC 2104) as base64url without padding. */
export function createMac(secret: string): (text: string) => string {
  const key = createSecretKey(secret, 'utf8');
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
