type Crypto = typeof import('node:crypto');

let loaded: Crypto | undefined;

export function sha256Hex(text: string): string {
  return crypto().createHash('sha256').update(text).digest('hex');
}

/** HMAC-SHA-256 (RFC 2104) as base64url without padding. */
export function createMac(secret: string): (text: string) => string {
  const key = crypto().createSecretKey(secret, 'utf8');
  return (text) => crypto().createHmac('sha256', key).update(text).digest('base64url');
}

// Loaded when it is needed, because it takes longer to load than this package.
function crypto(): Crypto {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}
