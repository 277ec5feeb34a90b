import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import selfsigned from 'selfsigned';
import { expect, test } from 'vitest';
import { createStreamSigner, publishPublicKey, ToriiConfigError, verifyStreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const pair = makeKeyPair();
const small = makeKeyPair(1024);
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const secret = 'a shared secret of an HMAC, long enough';
const request = { subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60 };

function pem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' | 'spki'): string {
  return key.export({ type, format: 'pem' } as never).toString();
}

const encrypted = pair.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
const oldEncrypted = pair.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
const certificate = (await selfsigned.generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' })).cert;

/** A public key with the given JWK members. */
function publicKeyOf(changes: { readonly n?: string; readonly e?: string }): KeyObject {
  return createPublicKey({ key: { ...pair.publicKey.export({ format: 'jwk' }), ...changes }, format: 'jwk' });
}

const mixed = createPrivateKey({
  key: { ...pair.privateKey.export({ format: 'jwk' }), n: makeKeyPair().publicKey.export({ format: 'jwk' }).n ?? '' },
  format: 'jwk',
});
/** A number of `bits` bits whose first bit is 1 and whose last bit is `last`. */
const modulus = (bits: number, last: 0 | 1) => {
  const bytes = Buffer.alloc(bits / 8);
  bytes[0] = 0x80;
  bytes[bytes.length - 1] = last;
  return bytes.toString('base64url');
};

/** The option that a function refuses. Fails if the error quotes the input or lacks the expected word. */
function refusalOf(work: () => unknown, given: unknown, word: string): string {
  try {
    work();
  } catch (error) {
    return optionOf(error, given, word);
  }
  return 'accepted';
}

function optionOf(error: unknown, given: unknown, word: string): string {
  expect(error).toBeInstanceOf(ToriiConfigError);
  const { option, message, cause } = error as ToriiConfigError;
  expect(cause).toBeUndefined();
  expect(message).toContain(option);
  expect(message).toContain(word);
  for (const part of String(given).split(/\s+/)) if (part.length > 20) expect(message).not.toContain(part);
  return option;
}

test.each([
  ['PKCS#8', pair.privatePem],
  ['PKCS#1', pem(pair.privateKey, 'pkcs1')],
  ['CRLF', pair.privatePem.replaceAll('\n', '\r\n')],
  ['a literal \\n', pair.privatePem.replaceAll('\n', '\\n')],
  ['a literal \\r\\n', pair.privatePem.replaceAll('\n', '\\r\\n')],
  ['no line break at the end', pair.privatePem.trim()],
  ['a KeyObject', pair.privateKey],
  ['a doubly escaped \\n', pair.privatePem.replaceAll('\n', '\\\\n')],
  ['CR', pair.privatePem.replaceAll('\n', '\r')],
  ['indented lines', pair.privatePem.replaceAll(/^/gm, '    ')],
  ['quoted text', `"${pair.privatePem.replaceAll('\n', '\\n')}"`],
  ['a byte order mark', `\uFEFF${pair.privatePem}`],
  ['spaces for line breaks', pair.privatePem.replaceAll('\n', ' ')],
  ['one line', pair.privatePem.replaceAll('\n', '')],
  ['no-break spaces', pair.privatePem.replaceAll(' ', '\u00a0')],
  ['base64', Buffer.from(pair.privatePem).toString('base64')],
  ['base64url in lines', Buffer.from(pair.privatePem).toString('base64url').replaceAll(/.{76}/g, '$&\n')],
  ['base64 of base64', Buffer.from(Buffer.from(pair.privatePem).toString('base64')).toString('base64')],
  ['base64 of UTF-16', Buffer.from(pair.privatePem, 'utf16le').toString('base64')],
  ['PKCS#1 with the label of PKCS#8', pem(pair.privateKey, 'pkcs1').replaceAll('RSA ', '')],
  ['text around it', `Bag Attributes\n    friendlyName: ada\n${pair.privatePem}end\n`],
])('accepts a private key as %s', async (_form, privateKey) => {
  const signer = createStreamSigner({ privateKey });
  const { token } = await signer.issue(request);
  const { keyId } = await verifyStreamToken(token, { publicKey: signer.publicKey });
  expect(signer.publicKey).toBe(pair.publicPem);
  expect(keyId).toBe(await calculateJwkThumbprint(await exportJWK(pair.publicKey)));
});

test.each([
  ['an unset variable', undefined, 'undefined'],
  ['an empty variable', '', 'empty'],
  ['white space', ' \n', 'empty'],
  ['a shared secret', secret, 'shared secret'],
  ['a shared secret as a KeyObject', createSecretKey(randomBytes(32)), 'secret key'],
  ['EC', pem(ec.privateKey, 'pkcs8'), ' ec.'],
  ['EC as SEC 1', pem(ec.privateKey, 'sec1'), ' ec.'],
  ['Ed25519', pem(ed.privateKey, 'pkcs8'), 'ed25519'],
  ['RSA-PSS', pem(pss.privateKey, 'pkcs8'), 'rsa-pss'],
  ['RSA of 1024 bits (statement 28)', small.privatePem, '1024'],
  ['an encrypted key', encrypted, 'encrypted'],
  ['an encrypted key in the old format', oldEncrypted, 'encrypted'],
  ['a public key', pair.publicPem, 'public key'],
  ['a public KeyObject', pair.publicKey, 'public key'],
  ['a certificate', certificate, 'certificate'],
  ['an incomplete key', pair.privatePem.slice(0, 700), 'incomplete'],
  ['a key with a missing line', pair.privatePem.replace(/\n.{64}\n/, '\n'), 'damaged'],
  ['two keys', pair.privatePem + small.privatePem, '2 PEM blocks'],
  ['a key assembled from two pairs', mixed, 'inconsistent'],
  ['an object that only inherits from KeyObject', Object.create(KeyObject.prototype), 'KeyObject'],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000), 'too long'],
  ['a JWK', pair.privateKey.export({ format: 'jwk' }), 'neither'],
  ['a Buffer', Buffer.from(pair.privatePem), 'neither'],
  ['a JWK as JSON', JSON.stringify(pair.privateKey.export({ format: 'jwk' })), 'JSON'],
  ['a public key in base64', Buffer.from(pair.publicPem).toString('base64'), 'public key'],
  ['a public key with private labels', pair.publicPem.replaceAll('PUBLIC', 'PRIVATE'), 'public key'],
  ['a private key without its PEM lines', pair.privatePem.split('\n').slice(1, -2).join(''), 'first and last line'],
  ['a private key of OpenSSH', pair.privatePem.replaceAll('PRIVATE', 'OPENSSH PRIVATE'), 'OpenSSH'],
  ['a certificate and its key', certificate + pair.privatePem, '2 PEM blocks'],
  ['a path', './stream.pem', 'path'],
  ['the first line alone', '-----BEGIN PRIVATE KEY-----', 'double quotes'],
  ['a missing value that was turned into text', 'undefined', 'turned into text'],
])('refuses as a private key: %s', (_kind, privateKey, word) => {
  const given = privateKey as string;
  expect(refusalOf(() => createStreamSigner({ privateKey: given }), given, word)).toBe('privateKey');
});

async function publicRefusalOf(key: unknown, word: string): Promise<string> {
  const store = new MemoryStore();
  const outcome = await publishPublicKey(store, key as string).then(
    () => 'accepted',
    (error: unknown) => optionOf(error, key, word),
  );
  if (outcome !== 'accepted') expect(store.entries.size).toBe(0);
  return outcome;
}

test.each([
  ['SPKI', pair.publicPem],
  ['PKCS#1', pem(pair.publicKey, 'pkcs1')],
  ['CRLF', pair.publicPem.replaceAll('\n', '\r\n')],
  ['a literal \\n', pair.publicPem.replaceAll('\n', '\\n')],
  ['a KeyObject', pair.publicKey],
  ['a doubly escaped \\n', pair.publicPem.replaceAll('\n', '\\\\n')],
  ['indented lines', pair.publicPem.replaceAll(/^/gm, '\t')],
  ['quoted text', `'${pair.publicPem}'`],
  ['a byte order mark', `\uFEFF${pair.publicPem}`],
  ['spaces for line breaks', pair.publicPem.replaceAll('\n', ' ')],
  ['base64', Buffer.from(pair.publicPem).toString('base64')],
  ['base64 without PEM lines', pair.publicPem.split('\n').slice(1, -2).join('')],
])('publishes SPKI PEM for a key given as %s', async (_form, key) => {
  const store = new MemoryStore();
  await publishPublicKey(store, key);
  expect([...store.entries]).toEqual([['TC_PUBKEYS/rails_public_key', { value: pair.publicPem, revision: 1 }]]);
});

const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
const der1 = pair.privateKey.export({ type: 'pkcs1', format: 'der' });
const webKey = await crypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, [
  'sign',
]);

test.each([
  ['PKCS#8', pair.privatePem],
  ['PKCS#1', pem(pair.privateKey, 'pkcs1')],
  ['EC', pem(ec.privateKey, 'sec1')],
  ['encrypted', encrypted],
  ['with a literal \\n', pair.privatePem.replaceAll('\n', '\\n')],
  ['after a public key', pair.publicPem + pair.privatePem],
  ['before a public key', pair.privatePem + pair.publicPem],
  ['in lower case', pair.privatePem.toLowerCase()],
  ['PEM in base64', Buffer.from(pair.privatePem).toString('base64')],
  ['PKCS#8 in base64 without PEM lines', der.toString('base64')],
  ['PKCS#8 in base64url', der.toString('base64url')],
  ['PKCS#1 in base64 without PEM lines', der1.toString('base64')],
  ['a JWK', pair.privateKey.export({ format: 'jwk' })],
  ['a JWK as JSON', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
  ['a KeyObject', pair.privateKey],
  ['a CryptoKey', webKey],
  ['PEM in base64 of base64', Buffer.from(Buffer.from(pair.privatePem).toString('base64')).toString('base64')],
  ['PEM in base64 of UTF-16', Buffer.from(pair.privatePem, 'utf16le').toString('base64')],
  ['PEM in base64url', Buffer.from(pair.privatePem).toString('base64url')],
  ['PEM in UTF-16 that was read as UTF-8', Buffer.from(pair.privatePem, 'utf16le').toString()],
  ['with the label of a public key', pair.privatePem.replaceAll('PRIVATE', 'PUBLIC')],
  ['PKCS#1 with the label of a public key', pem(pair.privateKey, 'pkcs1').replaceAll('PRIVATE', 'PUBLIC')],
  ['with spaces for line breaks', pair.privatePem.replaceAll('\n', ' ')],
  ['with a no-break space in its label', pair.privatePem.replaceAll('PRIVATE KEY', 'PRIVATE\u00a0KEY')],
  ['with a zero width space in its label', pair.privatePem.replaceAll('PRIVATE KEY', 'PRI\u200bVATE KEY')],
  ['with another label of a public key', pair.privatePem.replaceAll('PRIVATE', 'RSA PUBLIC')],
  ['encoded for a URL', encodeURIComponent(pair.privatePem)],
  ['a JWK in a list as JSON', JSON.stringify([pair.privateKey.export({ format: 'jwk' })])],
  [
    'a JWK as JSON in base64',
    Buffer.from(JSON.stringify(pair.privateKey.export({ format: 'jwk' }))).toString('base64'),
  ],
  [
    'cut, with the label of a public key',
    `-----BEGIN PUBLIC KEY-----\n${der.subarray(0, 600).toString('base64')}\n-----END PUBLIC KEY-----`,
  ],
])('never publishes a private key (statement 28): %s', async (_form, key) => {
  expect(await publicRefusalOf(key, 'private key')).toBe('publicKey');
});

test.each([
  ['an unset variable', undefined, 'undefined'],
  ['an empty variable', '', 'empty'],
  ['EC', pem(ec.publicKey, 'spki'), ' ec.'],
  ['RSA of 1024 bits', small.publicPem, '1024'],
  ['a shared secret', secret, 'shared secret'],
  ['a shared secret as a KeyObject', createSecretKey(randomBytes(32)), 'shared secret'],
  ['a certificate', certificate, 'certificate'],
  ['a certificate object', new X509Certificate(certificate), 'neither'],
  ['a key with text before it', `hello\n${pair.publicPem}`, 'other text'],
  ['a key followed by a private key in hexadecimal', pair.publicPem + der.toString('hex'), 'other text'],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000), 'too long'],
  ['an object that only inherits from KeyObject', Object.create(KeyObject.prototype), 'KeyObject'],
  ['a public key with private labels', pair.publicPem.replaceAll('PUBLIC', 'PRIVATE'), 'private key'],
])('refuses as a public key: %s', async (_kind, key, word) => {
  expect(await publicRefusalOf(key, word)).toBe('publicKey');
});

test.each([
  ['an exponent of 1, with which anyone can forge a signature', { e: 'AQ' }, 'exponent'],
  ['an exponent of 3', { e: 'Aw' }, 'exponent'],
  ['an even exponent', { e: 'AQAC' }, 'exponent'],
  ['an exponent as long as the key', { e: pair.publicKey.export({ format: 'jwk' }).n ?? '' }, 'exponent'],
  ['an even modulus', { n: modulus(2048, 0) }, 'modulus'],
  ['2,040 bits', { n: modulus(2040, 1) }, '2040'],
  ['16,384 bits', { n: modulus(16_384, 1) }, '16384'],
])('neither publishes nor verifies with a weak key: %s (statement 28)', async (_kind, numbers, word) => {
  const key = publicKeyOf(numbers);
  expect(await publicRefusalOf(key, word)).toBe('publicKey');
  expect(await publicRefusalOf(key.export({ type: 'spki', format: 'pem' }), word)).toBe('publicKey');
  await expect(verifyStreamToken('a.b.c', { publicKey: key })).rejects.toMatchObject({ option: 'publicKey' });
});
