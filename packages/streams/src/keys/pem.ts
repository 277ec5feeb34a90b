import { assertOption } from '@torii/core/adapter';

// The longest text that is accepted, in characters. A private RSA key of 8192 bits has about 6,400.
const maxLength = 16_384;

// Use it only for text of at most `maxLength` characters: matching takes quadratic time if a text repeats the BEGIN
// line without an END line.
const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

function normalizeLineBreaks(text: string): string {
  return text.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r\n', '\n').trim();
}

export function findPublicPem(text: string): string | undefined {
  const block = /-----BEGIN (?:RSA )?PUBLIC KEY-----[^-]+-----END (?:RSA )?PUBLIC KEY-----/;
  return block.exec(normalizeLineBreaks(text))?.[0];
}

// The error messages must not quote the text, because it may contain a private key.
export function readPem(option: string, given: unknown, half: 'private' | 'public'): string {
  const remedy = `Pass the ${half} half of your RSA key pair as PEM`;
  assertOption(
    option,
    given !== undefined && given !== null,
    `is undefined. ${remedy}, or set the environment variable that it is read from`,
  );
  assertOption(
    option,
    !isPrivateJwkOrCryptoKey(given) || half === 'private',
    `is a private key, which must not be published. ${remedy}`,
  );
  assertOption(option, typeof given === 'string', `is neither a PEM string nor a KeyObject. ${remedy}`);
  assertOption(option, given.length <= maxLength, `is too long for a key. ${remedy}, without other text`);
  const text = normalizeLineBreaks(given);
  assertOption(option, text !== '', `is empty. ${remedy}, or set the environment variable that it is read from`);

  if (half === 'public') {
    // Check this before the PEM itself: a later message such as "damaged" would suggest passing the private key again.
    assertOption(option, !looksPrivate(text), `contains a private key, which must not be published. ${remedy}`);
  }
  assertOption(
    option,
    text.includes('-----BEGIN '),
    `is not PEM. The gateway does not support shared secrets. ${remedy}`,
  );
  const blocks = [...text.matchAll(pemBlock)];
  const [block] = blocks;
  assertOption(option, block !== undefined, `is incomplete or damaged: it has no complete PEM block. ${remedy}`);
  assertOption(option, blocks.length === 1, `contains ${blocks.length} PEM blocks. ${remedy}, without other text`);

  const [pem, label = ''] = block;
  const isEncrypted = label.startsWith('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED');
  assertOption(
    option,
    !isEncrypted,
    'is encrypted. Decrypt it first (openssl pkey -in key.pem -out plain.pem), or pass a KeyObject',
  );
  const isCertificate = label.includes('CERTIFICATE');
  assertOption(
    option,
    !isCertificate,
    'is a certificate. Extract its public key (openssl x509 -in cert.pem -pubkey -noout)',
  );
  const isPrivate = label.endsWith('PRIVATE KEY');
  assertOption(option, isPrivate === (half === 'private'), `is a ${label.toLowerCase()}. ${remedy}`);
  assertOption(option, isPrivate || pem === text, `has other text around its PEM block. ${remedy}, without other text`);
  return pem;
}

// Detects a private key in these forms: PEM with any label, JWK, PEM inside base64, and DER (PKCS#8 or PKCS#1) as
// base64.
function looksPrivate(text: string): boolean {
  if (/PRIVATE KEY|"d"\s*:/i.test(text)) return true;
  const bytes = Buffer.from(text.replaceAll(/\s/g, ''), 'base64');
  if (bytes.includes('PRIVATE KEY')) return true;
  return isBase64(text) && startsAsPrivateDer(bytes);
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_=\s-]+$/.test(text) && !text.includes('-----');
}

// PKCS#8 (RFC 5208 5) and PKCS#1 (RFC 8017 A.1.2) begin with a SEQUENCE whose first member is a version, 0 or 1.
function startsAsPrivateDer(bytes: Buffer): boolean {
  return /^30(?:[0-7].|81..|82....)0201(?:00|01)/.test(bytes.subarray(0, 8).toString('hex'));
}

function isPrivateJwkOrCryptoKey(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return 'd' in given || 'p' in given || 'k' in given || Reflect.get(given, 'type') === 'private';
}
