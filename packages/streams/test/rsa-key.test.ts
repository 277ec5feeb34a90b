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

/** A public key whose numbers are these. */
function publicKeyOf(changes: { readonly n?: string; readonly e?: string }): KeyObject {
  return createPublicKey({ key: { ...pair.publicKey.export({ format: 'jwk' }), ...changes }, format: 'jwk' });
}

const mixed = createPrivateKey({
  key: { ...pair.privateKey.export({ format: 'jwk' }), n: makeKeyPair().publicKey.export({ format: 'jwk' }).n ?? '' },
  format: 'jwk',
});
/** `bits` bits, the first of which is set, and this one at the end. */
const modulus = (bits: number, last: 0 | 1) => {
  const bytes = Buffer.alloc(bits / 8);
  bytes[0] = 0x80;
  bytes[bytes.length - 1] = last;
  return bytes.toString('base64url');
};

/** What a function throws, which must be ours and quote nothing of what it was given. */
function refusalOf(work: () => unknown, given: unknown): string {
  try {
    work();
  } catch (error) {
    return messageOf(error, given);
  }
  return 'accepted';
}

function messageOf(error: unknown, given: unknown): string {
  expect(error).toBeInstanceOf(ToriiConfigError);
  const { message, cause } = error as ToriiConfigError;
  expect(cause).toBeUndefined();
  for (const word of String(given).split(/\s+/)) if (word.length > 20) expect(message).not.toContain(word);
  return message;
}

test.each([
  ['PKCS#8', pair.privatePem],
  ['PKCS#1', pem(pair.privateKey, 'pkcs1')],
  ['CRLF', pair.privatePem.replaceAll('\n', '\r\n')],
  ['a literal \\n', pair.privatePem.replaceAll('\n', '\\n')],
  ['a literal \\r\\n', pair.privatePem.replaceAll('\n', '\\r\\n')],
  ['no line at its end', pair.privatePem.trim()],
  ['a KeyObject', pair.privateKey],
])('signs with a private key: %s', async (_form, privateKey) => {
  const signer = createStreamSigner({ privateKey });
  const { token } = await signer.issue(request);
  const { keyId } = await verifyStreamToken(token, { publicKey: signer.publicKey });
  expect(signer.publicKey).toBe(pair.publicPem);
  expect(keyId).toBe(await calculateJwkThumbprint(await exportJWK(pair.publicKey)));
});

test.each([
  ['an unset variable', undefined, 'is undefined'],
  ['an empty variable', '', 'is empty'],
  ['blanks', ' \n', 'is empty'],
  ['the text of an HMAC', secret, 'is no PEM text: a shared secret cannot sign'],
  ['an HMAC as a KeyObject', createSecretKey(randomBytes(32)), 'is a secret key'],
  ['EC', pem(ec.privateKey, 'pkcs8'), 'is not RSA but ec: make an RSA key: openssl'],
  ['EC in its own form', pem(ec.privateKey, 'sec1'), 'is not RSA but ec'],
  ['Ed25519', pem(ed.privateKey, 'pkcs8'), 'is not RSA but ed25519'],
  ['RSA-PSS', pem(pss.privateKey, 'pkcs8'), 'is not RSA but rsa-pss'],
  ['RSA of 1024 bits (statement 28)', small.privatePem, 'has 1024 bits, and 2048 are the least'],
  ['an encrypted one', encrypted, 'is encrypted: decrypt it first (openssl pkey'],
  ['one encrypted the old way', oldEncrypted, 'is encrypted: decrypt it first'],
  ['a public key', pair.publicPem, 'is a public key: pass the private half'],
  ['a public KeyObject', pair.publicKey, 'is a public key: pass the private half'],
  ['a certificate', certificate, 'is a certificate'],
  ['one that was cut off', pair.privatePem.slice(0, 700), 'is cut off or damaged'],
  ['one with a line lost', pair.privatePem.replace(/\n.{64}\n/, '\n'), 'cannot be read: its PEM is cut off or damaged'],
  ['two', pair.privatePem + small.privatePem, 'holds 2 PEM blocks'],
  ['a key of two pairs', mixed, 'signs what its own public half does not verify'],
  ['a KeyObject that is none', Object.create(KeyObject.prototype), 'is no KeyObject that Node made'],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000), 'is longer than any key'],
  ['a JWK', pair.privateKey.export({ format: 'jwk' }), 'is neither a PEM text nor a KeyObject'],
  ['a Buffer', Buffer.from(pair.privatePem), 'is neither a PEM text nor a KeyObject'],
])('refuses as a private key: %s', (_kind, privateKey, message) => {
  const given = privateKey as string;
  expect(refusalOf(() => createStreamSigner({ privateKey: given }), given)).toContain(`\`privateKey\` ${message}`);
});

async function publicRefusalOf(key: unknown): Promise<string> {
  const store = new MemoryStore();
  const outcome = await publishPublicKey(store, key as string).then(
    () => 'accepted',
    (error: unknown) => messageOf(error, key),
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
])('publishes SPKI PEM, whatever the form: %s', async (_form, key) => {
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
  ['behind a public one', pair.publicPem + pair.privatePem],
  ['before a public one', pair.privatePem + pair.publicPem],
  ['in lower case', pair.privatePem.toLowerCase()],
  ['PEM in base64', Buffer.from(pair.privatePem).toString('base64')],
  ['PKCS#8 in base64, without armour', der.toString('base64')],
  ['PKCS#8 in base64url', der.toString('base64url')],
  ['PKCS#1 in base64, without armour', der1.toString('base64')],
  ['a JWK', pair.privateKey.export({ format: 'jwk' })],
  ['a JWK as JSON', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
  ['a KeyObject', pair.privateKey],
  ['a CryptoKey', webKey],
])('never publishes a private key (statement 28): %s', async (_form, key) => {
  expect(await publicRefusalOf(key)).toMatch(/private key, which is never published/);
});

test.each([
  ['an unset variable', undefined, 'is undefined'],
  ['an empty variable', '', 'is empty'],
  ['EC', pem(ec.publicKey, 'spki'), 'is not RSA but ec'],
  ['RSA of 1024 bits', small.publicPem, 'has 1024 bits'],
  ['the text of an HMAC', secret, 'is no PEM text'],
  ['an HMAC as a KeyObject', createSecretKey(randomBytes(32)), 'is a shared secret'],
  ['a certificate', certificate, 'is a certificate'],
  ['a certificate object', new X509Certificate(certificate), 'is neither a PEM text nor a KeyObject'],
  ['a text before it', `hello\n${pair.publicPem}`, 'has something around its PEM block'],
  [
    'a private key in hexadecimal behind it',
    pair.publicPem + der.toString('hex'),
    'has something around its PEM block',
  ],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000), 'is longer than any key'],
  ['a KeyObject that is none', Object.create(KeyObject.prototype), 'is no KeyObject that Node made'],
  ['the private label around a public key', pair.publicPem.replaceAll('PUBLIC', 'PRIVATE'), 'never published'],
])('refuses as a public key: %s', async (_kind, key, message) => {
  expect(await publicRefusalOf(key)).toContain(message);
});

test.each([
  ['an exponent of 1, with which anybody signs', { e: 'AQ' }, 'has a public exponent'],
  ['an exponent of 3', { e: 'Aw' }, 'has a public exponent'],
  ['an even exponent', { e: 'AQAC' }, 'has a public exponent'],
  ['an exponent as long as the key', { e: pair.publicKey.export({ format: 'jwk' }).n ?? '' }, 'has a public exponent'],
  ['an even modulus', { n: modulus(2048, 0) }, 'has an even modulus'],
  ['2,040 bits', { n: modulus(2040, 1) }, 'has 2040 bits'],
  ['16,384 bits', { n: modulus(16_384, 1) }, 'has 16384 bits, and 8192 are the most'],
])('neither publishes nor believes a weak key: %s (statement 28)', async (_kind, numbers, message) => {
  const key = publicKeyOf(numbers);
  expect(await publicRefusalOf(key)).toContain(message);
  expect(await publicRefusalOf(key.export({ type: 'spki', format: 'pem' }))).toContain(message);
  await expect(verifyStreamToken('a.b.c', { publicKey: key })).rejects.toMatchObject({ option: 'publicKey' });
});
