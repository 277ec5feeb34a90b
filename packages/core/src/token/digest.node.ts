type Crypto = typeof import('node:crypto');

let crypto: Crypto | undefined;

// Not by web crypto, which on Node would send each token through the thread pool.
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // `node:crypto` is loaded when it is needed, as in keys/ecdsa.node.ts.
  crypto ??= process.getBuiltinModule('node:crypto');
  return crypto.createHash('sha256').update(bytes).digest('base64url');
}
