import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { types } from 'node:util';
import { ToriiConfigError } from '@torii/core';
import { readRsaPem } from './pem.ts';

export interface PublicKey {
  readonly keyId: string;
  readonly pem: string;
}

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

export function readPrivateKey(option: string, given: unknown): SigningKey {
  return hideCryptoErrors(option, given, () => {
    const privateKey = types.isKeyObject(given) ? given : createPrivateKey(readRsaPem(option, given, 'private'));
    const { type } = privateKey;
    if (type !== 'private') throw unfit(option, `is a ${type} key. Pass the private half of your RSA key pair`);
    const publicKey = createPublicKey(privateKey);
    requireRsa(option, publicKey);
    requirePair(option, privateKey, publicKey);
    return { privateKey, publicKey: toPublicKey(publicKey) };
  });
}

// Refuses a private key in any form: the key that this function reads is published.
export function readPublicKey(option: string, given: unknown): PublicKey {
  return hideCryptoErrors(option, given, () => {
    const pem = types.isKeyObject(given) ? exportPublic(option, given) : readRsaPem(option, given, 'public');
    // Even if `readRsaPem` failed to detect a private key, `createPublicKey` returns only its public half.
    const key = createPublicKey(pem);
    requireRsa(option, key);
    return toPublicKey(key);
  });
}

/**
 * Returns the id of an RSA public key: its RFC 7638 thumbprint, 43 characters of base64url. The id is the `kid` of
 * tokens and identifies the key in events and rotation plans.
 *
 * @throws ToriiConfigError for anything other than an RSA public key, such as a private key
 */
export function getKeyId(publicKey: string | KeyObject): string {
  return readPublicKey('publicKey', publicKey).keyId;
}

function exportPublic(option: string, key: KeyObject): string {
  if (key.type === 'private')
    throw unfit(option, 'is a private key, which must not be published. Pass the public half');
  if (key.type !== 'public') throw unfit(option, 'is a shared secret. Pass the public half of an RSA key pair');
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

// The thrown errors have no `cause`: an OpenSSL error can contain the key, and errors are logged.
function hideCryptoErrors<T>(option: string, given: unknown, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ToriiConfigError) throw error;
    if (typeof given === 'object') throw unfit(option, 'is not a KeyObject of node:crypto. Pass one, or PEM');
    throw unfit(
      option,
      'cannot be read: its PEM is incomplete or damaged. Copy it again, including the first and last line',
    );
  }
}

// The smallest public exponent that FIPS 186-5 A.1.1 allows. With an exponent of 1, anyone can forge signatures. With
// 3, a verifier that does not check the whole padding accepts forged signatures.
const minExponent = 65_537n;
const maxExponent = 2n ** 32n;
// The longest key that is accepted: few gateways can read longer keys, and signing with one takes a tenth of a second.
const maxBits = 8_192;

function requireRsa(option: string, key: KeyObject): void {
  const remedy = 'Create an RSA key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048';
  if (key.asymmetricKeyType !== 'rsa')
    throw unfit(option, `must be an RSA key. Found: ${key.asymmetricKeyType}. ${remedy}`);
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < 2048) throw unfit(option, `must have at least 2048 bits. Found: ${bits}. ${remedy}`);
  if (bits > maxBits) throw unfit(option, `must have at most ${maxBits} bits. Found: ${bits}. ${remedy}`);
  const isFit = publicExponent >= minExponent && publicExponent < maxExponent && publicExponent % 2n === 1n;
  if (!isFit) throw unfit(option, `has a public exponent that is even, too large or below ${minExponent}. ${remedy}`);
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  if ((modulus.at(-1) ?? 0) % 2 === 0)
    throw unfit(option, `has an even modulus, so it is not a valid RSA key. ${remedy}`);
}

// Refuses a private key whose parts come from two key pairs: Node accepts it, but its signatures never verify.
function requirePair(option: string, privateKey: KeyObject, publicKey: KeyObject): void {
  const message = Buffer.from('@torii/streams');
  if (!verify('sha256', message, publicKey, sign('sha256', message, privateKey))) {
    throw unfit(option, 'is inconsistent: its public half does not verify its signatures. Create the key again');
  }
}

function toPublicKey(key: KeyObject): PublicKey {
  const { e, n } = key.export({ format: 'jwk' });
  // RFC 7638 3: the JSON that is hashed has exactly these members, in this order, without white space.
  const keyId = createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
  return { keyId, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
}

function unfit(option: string, problem: string): ToriiConfigError {
  return new ToriiConfigError(option, `\`${option}\` ${problem}.`);
}
