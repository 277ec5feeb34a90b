import { createHash, randomBytes } from 'node:crypto';

/** A random secret of 256 bits, safe in URLs and cookies. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The hash under which a secret is stored: a stolen database file must not give access. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
