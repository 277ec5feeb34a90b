import { createHash } from 'node:crypto';

// Not by web crypto, which on Node would send each token through the thread pool.
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return createHash('sha256').update(bytes).digest('base64url');
}
