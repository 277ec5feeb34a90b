import { assertOption } from '@torii/core/adapter';

/** No key that we take is a quarter of this long. */
const mostCharacters = 16_384;

// Takes the square of a text's length, where one begins again and again and never ends: hence the bound above.
const armour = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** Line ends as they should be: files from Windows have CRLF, and environment variables a literal `\n`. */
function withLineEnds(text: string): string {
  return text.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r\n', '\n').trim();
}

/** A public key's PEM block inside whatever else a text holds, such as JSON. */
export function findPublicPem(text: string): string | undefined {
  const block = /-----BEGIN (?:RSA )?PUBLIC KEY-----[^-]+-----END (?:RSA )?PUBLIC KEY-----/;
  return block.exec(withLineEnds(text))?.[0];
}

/**
 * The one PEM block of a text.
 *
 * @throws ToriiConfigError for a text that holds none, another kind, or more than one: no part of it is quoted
 */
export function readPem(option: string, given: unknown, half: 'private' | 'public'): string {
  const source = `pass the ${half} half of your RSA key pair as PEM`;
  assertOption(
    option,
    given !== undefined && given !== null,
    `is undefined: ${source}, or set the variable you read it from`,
  );
  assertOption(
    option,
    !holdsPrivateMembers(given) || half === 'private',
    `is a private key, which is never published: ${source}`,
  );
  assertOption(option, typeof given === 'string', `is neither a PEM text nor a KeyObject: ${source}`);
  assertOption(option, given.length <= mostCharacters, `is longer than any key: ${source}, and nothing else`);
  const text = withLineEnds(given);
  assertOption(option, text !== '', `is empty: ${source}, or set the variable you read it from`);

  if (half === 'public') {
    // Before anything else is asked, so that no other answer leads anybody to try the private half again.
    assertOption(option, !looksPrivate(text), `holds a private key, which is never published: ${source}`);
  }
  assertOption(
    option,
    text.includes('-----BEGIN '),
    `is no PEM text: a shared secret cannot sign for the gateway. ${capital(source)}`,
  );
  const blocks = [...text.matchAll(armour)];
  const [block] = blocks;
  assertOption(option, block !== undefined, `is cut off or damaged: it has no whole PEM block. ${capital(source)}`);
  assertOption(option, blocks.length === 1, `holds ${blocks.length} PEM blocks: ${source}, and nothing else`);

  const [pem, label = ''] = block;
  const isEncrypted = label.startsWith('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED');
  assertOption(
    option,
    !isEncrypted,
    'is encrypted: decrypt it first (openssl pkey -in key.pem -out plain.pem), or pass a KeyObject',
  );
  const isCertificate = label.includes('CERTIFICATE');
  assertOption(option, !isCertificate, 'is a certificate: take its key out (openssl x509 -in cert.pem -pubkey -noout)');
  const isPrivate = label.endsWith('PRIVATE KEY');
  assertOption(option, isPrivate === (half === 'private'), `is a ${label.toLowerCase()}: ${source}`);
  assertOption(option, isPrivate || pem === text, `has something around its PEM block: ${source}, and nothing else`);
  return pem;
}

// Whatever form somebody may pass one in: PEM under any label, also inside base64, and PKCS#8 or PKCS#1 without armour.
function looksPrivate(text: string): boolean {
  if (/PRIVATE KEY|"d"\s*:/i.test(text)) return true;
  const bytes = Buffer.from(text.replaceAll(/\s/g, ''), 'base64');
  if (bytes.includes('PRIVATE KEY')) return true;
  return isBareText(text) && startsAsPrivateDer(bytes);
}

function isBareText(text: string): boolean {
  return /^[A-Za-z0-9+/_=\s-]+$/.test(text) && !text.includes('-----');
}

// PKCS#8 (RFC 5208 5) and PKCS#1 (RFC 8017 A.1.2) begin with a sequence whose first member is a version, 0 or 1.
function startsAsPrivateDer(bytes: Buffer): boolean {
  return /^30(?:[0-7].|81..|82....)0201(?:00|01)/.test(bytes.subarray(0, 8).toString('hex'));
}

/** A JWK with private members, or a CryptoKey that is private. */
function holdsPrivateMembers(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return 'd' in given || 'p' in given || 'k' in given || Reflect.get(given, 'type') === 'private';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
