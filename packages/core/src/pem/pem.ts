import { assertOption, wrongOption } from '../options/reader.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { type DerKind, derOf, derTag, kindOfDer, startsAsPrivateKey } from './der.ts';
import { cleanKeyText } from './key-text.ts';

export interface PemKey {
  readonly half: 'public' | 'private';
  /** The key in one PEM block with LF, and nothing else: a public key as SPKI, a private key in the form it had. */
  readonly pem: string;
  readonly der: Uint8Array;
}

// The longest text that is accepted, in characters: a private RSA key of 8192 bits in UTF-16 and base64 has about 18,000.
const maxLength = 24_576;

// Use it only for text of at most `maxLength` characters: matching takes quadratic time if a text repeats the BEGIN
// line without an END line.
const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * Reads the one key of a text, PEM or something that {@link cleanKeyText} turns into PEM. The label is not trusted: the DER
 * inside says what the key is. A private key is refused if a public one is wanted, in whatever form it comes.
 *
 * @param remedy What to pass instead, such as `Pass your public key as PEM`: the end of most messages.
 * @throws ToriiConfigError if the text is not such a key. No message contains any part of the text.
 */
export function readPem(option: string, given: unknown, half: 'public' | 'private' | 'either', remedy: string): PemKey {
  const refuse = (problem: string): never => {
    throw wrongOption(option, problem);
  };
  const key = keyFrom(textOf(option, given, remedy), half, remedy, refuse);
  if (half !== 'either' && key.half !== half) refuse(`is a ${key.half} key. ${remedy}`);
  return key;
}

type Refuse = (problem: string) => never;

function textOf(option: string, given: unknown, remedy: string): string {
  const orVariable = `${remedy}, or set the environment variable that it is read from`;
  assertOption(option, given !== undefined && given !== null, `is ${given}. ${orVariable}`);
  const bytesOrNot = ArrayBuffer.isView(given)
    ? "is bytes, not text. Read the file with readFileSync(path, 'utf8')"
    : '';
  assertOption(option, typeof given === 'string', bytesOrNot || `is not a string. ${remedy}`);
  assertOption(option, given.length <= maxLength, `is too long for a key. ${remedy}, without other text`);
  const text = cleanKeyText(given);
  assertOption(option, text !== '', `is empty. ${orVariable}`);
  const isMissing = text === 'undefined' || text === 'null';
  assertOption(option, !isMissing, `is the text '${text}': a missing value was turned into text. ${orVariable}`);
  return text;
}

function keyFrom(text: string, half: 'public' | 'private' | 'either', remedy: string, refuse: Refuse): PemKey {
  const refusePrivate = (): never =>
    refuse(`contains a private key, which must not be published. ${remedy}. ${derive}`);
  if (half === 'public' && /PRIVATE.KEY/i.test(text)) refusePrivate();
  if (/^\[?\s*\{/.test(text)) {
    refuse(`is a ${/"(?:d|p|k)"\s*:/.test(text) ? 'private key as a ' : ''}JSON Web Key. ${remedy}`);
  }
  const blocks = [...text.matchAll(pemBlock)].filter(([, label]) => label !== 'EC PARAMETERS');
  const [block, second] = blocks;
  if (block === undefined) {
    const der = bareKey(text, refuse, remedy);
    const kind = kindOfDer(der);
    const isPrivate = kind === undefined ? startsAsPrivateKey(der) : isPrivateKind(kind);
    if (isPrivate && half === 'public') refusePrivate();
    if (isPrivate) refuse('is a private key without its first and last line. Copy it with -----BEGIN PRIVATE KEY-----');
    return keyOf(der, refuse, remedy);
  }
  if (second !== undefined) refuse(`contains ${blocks.length} PEM blocks. ${remedy}, without other text`);
  const [whole, label = '', body = ''] = block;
  refuseLabel(label, body, half, refuse, remedy);
  const der = decodeBase64(body.replace(/\s/g, '')) ?? refuse(damaged);
  if (half === 'public' && startsAsPrivateKey(der)) refusePrivate();
  const key = keyOf(der, refuse, remedy);
  // Text around a private key is usual: `openssl pkcs12` writes "Bag Attributes". Around a public key it can be a secret.
  if (key.half === 'public' && whole !== text)
    refuse(`has other text around its PEM block. ${remedy}, without other text`);
  return key;
}

const derive = 'To get it: openssl pkey -in key.pem -pubout, or for OpenSSH, ssh-keygen -e -m PKCS8 -f key';
const damaged = 'is incomplete or damaged. Copy it again, with its first and last line and everything between them';

// Explains a text without a complete PEM block, unless it is the base64 of a key, as some dashboards show public keys.
function bareKey(text: string, refuse: Refuse, remedy: string): Uint8Array<ArrayBuffer> {
  const isSsh = /^(?:ssh-|ecdsa-sha2-|sk-ssh-)|-- ?BEGIN SSH2/.test(text);
  if (isSsh) refuse(`is an SSH key. Convert a copy of it: ssh-keygen -e -m PKCS8 -f copy.pub. ${remedy}`);
  if (/-BEGIN/i.test(text)) {
    const quote = 'A value with line breaks in a .env file must be in double quotes';
    refuse(`is incomplete or damaged: it has no complete PEM block. ${quote}. ${remedy}`);
  }
  const der = decodeBase64(text.replace(/\s/g, ''));
  if (der !== undefined && (kindOfDer(der) !== undefined || startsAsPrivateKey(der))) return der;
  if (/^[a-z][a-z+.-]*:\/\//i.test(text)) refuse(`is a URL. ${remedy}`);
  const isPath = /^(?:~|\.{0,2}[/\\]|[A-Za-z]:)|\.[a-z0-9]{2,5}$/i.test(text) && !text.includes('\n');
  if (isPath) refuse("is the path of a file. Pass what the file holds: readFileSync(path, 'utf8')");
  return refuse(`is not PEM. A shared secret or a token cannot be used here. ${remedy}`);
}

const labels = ['PUBLIC KEY', 'RSA PUBLIC KEY', 'PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

function refuseLabel(label: string, body: string, half: string, refuse: Refuse, remedy: string): void {
  if (half === 'private' && label.includes('CERTIFICATE'))
    refuse(`is a certificate, which has no private key. ${remedy}`);
  if (label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')) refuse(encrypted);
  if (label.endsWith('CERTIFICATE REQUEST'))
    refuse('is a certificate request. Extract its public key: openssl req -in request.pem -pubkey -noout');
  if (label.endsWith('CERTIFICATE')) refuse(certificate);
  if (label === 'OPENSSH PRIVATE KEY')
    refuse('is in the format of OpenSSH. Convert a copy of it: ssh-keygen -p -m PKCS8 -f copy.pem');
  if (!labels.includes(label)) refuse(`is not a key: its PEM block has another purpose. ${remedy}`);
}

const encrypted = 'is encrypted. Decrypt it first: openssl pkey -in key.pem -out plain.pem';
const certificate = 'is a certificate. Extract its public key: openssl x509 -in cert.pem -pubkey -noout';

function isPrivateKind(kind: DerKind): boolean {
  return kind === 'pkcs8' || kind === 'pkcs1_private' || kind === 'sec1';
}

function keyOf(der: Uint8Array<ArrayBuffer>, refuse: Refuse, remedy: string): PemKey {
  switch (kindOfDer(der)) {
    case 'spki':
      return { half: 'public', der, pem: pemOf('PUBLIC KEY', der) };
    case 'pkcs1_public': {
      const spki = spkiOf(der);
      return { half: 'public', der: spki, pem: pemOf('PUBLIC KEY', spki) };
    }
    case 'pkcs8':
      return { half: 'private', der, pem: pemOf('PRIVATE KEY', der) };
    case 'pkcs1_private':
      return { half: 'private', der, pem: pemOf('RSA PRIVATE KEY', der) };
    case 'sec1':
      return { half: 'private', der, pem: pemOf('EC PRIVATE KEY', der) };
    case 'encrypted':
      return refuse(encrypted);
    case 'certificate':
      return refuse(certificate);
    default:
      return refuse(`${damaged}. ${remedy}`);
  }
}

// rsaEncryption (RFC 8017 A.1), with NULL as its parameters.
const rsaAlgorithm = Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, derTag.null, 0);

function spkiOf(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const unusedBits = Uint8Array.of(0);
  return derOf(derTag.sequence, derOf(derTag.sequence, rsaAlgorithm), derOf(derTag.bitString, unusedBits, pkcs1));
}

function pemOf(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Whether a text is PEM, the base64 of DER, or an SSH key: something that must not be used as a shared secret. */
export function isKeyMaterial(text: string): boolean {
  if (text.length > maxLength) return text.includes('-----BEGIN');
  const clean = cleanKeyText(text);
  if (/-----BEGIN|^ssh-/.test(clean)) return true;
  const der = decodeBase64(clean.replace(/\s/g, ''));
  return der !== undefined && kindOfDer(der) !== undefined;
}
