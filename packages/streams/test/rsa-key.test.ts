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

/** The option that a function refuses. The error must quote nothing of what was given. */
function refusalOf(work: () => unknown, given: unknown): string {
  try {
    work();
  } catch (error) {
    return optionOf(error, given);
  }
  return 'accepted';
}

function optionOf(error: unknown, given: unknown): string {
  expect(error).toBeInstanceOf(ToriiConfigError);
  const { option, message, cause } = error as ToriiConfigError;
  expect(cause).toBeUndefined();
  expect(message).toContain(option);
  for (const word of String(given).split(/\s+/)) if (word.length > 20) expect(message).not.toContain(word);
  return option;
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
  ['an unset variable', undefined],
  ['an empty variable', ''],
  ['blanks', ' \n'],
  ['the text of an HMAC', secret],
  ['an HMAC as a KeyObject', createSecretKey(randomBytes(32))],
  ['EC', pem(ec.privateKey, 'pkcs8')],
  ['EC in its own form', pem(ec.privateKey, 'sec1')],
  ['Ed25519', pem(ed.privateKey, 'pkcs8')],
  ['RSA-PSS', pem(pss.privateKey, 'pkcs8')],
  ['RSA of 1024 bits (statement 28)', small.privatePem],
  ['an encrypted one', encrypted],
  ['one encrypted the old way', oldEncrypted],
  ['a public key', pair.publicPem],
  ['a public KeyObject', pair.publicKey],
  ['a certificate', certificate],
  ['one that was cut off', pair.privatePem.slice(0, 700)],
  ['one with a line lost', pair.privatePem.replace(/\n.{64}\n/, '\n')],
  ['two', pair.privatePem + small.privatePem],
  ['a key of two pairs', mixed],
  ['a KeyObject that is none', Object.create(KeyObject.prototype)],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000)],
  ['a JWK', pair.privateKey.export({ format: 'jwk' })],
  ['a Buffer', Buffer.from(pair.privatePem)],
])('refuses as a private key: %s', (_kind, privateKey) => {
  const given = privateKey as string;
  expect(refusalOf(() => createStreamSigner({ privateKey: given }), given)).toBe('privateKey');
});

async function publicRefusalOf(key: unknown): Promise<string> {
  const store = new MemoryStore();
  const outcome = await publishPublicKey(store, key as string).then(
    () => 'accepted',
    (error: unknown) => optionOf(error, key),
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
  expect(await publicRefusalOf(key)).toBe('publicKey');
});

test.each([
  ['an unset variable', undefined],
  ['an empty variable', ''],
  ['EC', pem(ec.publicKey, 'spki')],
  ['RSA of 1024 bits', small.publicPem],
  ['the text of an HMAC', secret],
  ['an HMAC as a KeyObject', createSecretKey(randomBytes(32))],
  ['a certificate', certificate],
  ['a certificate object', new X509Certificate(certificate)],
  ['a text before it', `hello\n${pair.publicPem}`],
  ['a private key in hexadecimal behind it', pair.publicPem + der.toString('hex')],
  ['a text longer than any key', '-----BEGIN A-----'.repeat(100_000)],
  ['a KeyObject that is none', Object.create(KeyObject.prototype)],
  ['the private label around a public key', pair.publicPem.replaceAll('PUBLIC', 'PRIVATE')],
])('refuses as a public key: %s', async (_kind, key) => {
  expect(await publicRefusalOf(key)).toBe('publicKey');
});

test.each([
  ['an exponent of 1, with which anybody signs', { e: 'AQ' }],
  ['an exponent of 3', { e: 'Aw' }],
  ['an even exponent', { e: 'AQAC' }],
  ['an exponent as long as the key', { e: pair.publicKey.export({ format: 'jwk' }).n ?? '' }],
  ['an even modulus', { n: modulus(2048, 0) }],
  ['2,040 bits', { n: modulus(2040, 1) }],
  ['16,384 bits', { n: modulus(16_384, 1) }],
])('neither publishes nor believes a weak key: %s (statement 28)', async (_kind, numbers) => {
  const key = publicKeyOf(numbers);
  expect(await publicRefusalOf(key)).toBe('publicKey');
  expect(await publicRefusalOf(key.export({ type: 'spki', format: 'pem' }))).toBe('publicKey');
  await expect(verifyStreamToken('a.b.c', { publicKey: key })).rejects.toMatchObject({ option: 'publicKey' });
});
