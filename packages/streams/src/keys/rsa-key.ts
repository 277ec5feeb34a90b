import { createHash, createPrivateKey, createPublicKey, KeyObject, sign, verify } from 'node:crypto';
import { ToriiConfigError } from '@torii/core';
import { readPem } from './pem.ts';

/** A public key as it is published and compared. */
export interface PublicKey {
  /** The key's thumbprint (RFC 7638): what stands as `kid` in tokens, and what events and plans call the key. */
  readonly keyId: string;
  /** SPKI, as PEM: what stands in the slot. */
  readonly pem: string;
}

/** A private key with its public half. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

/**
 * Reads an RSA private key: PKCS#8 or PKCS#1 PEM, whose line ends may be CRLF or a literal `\n`, or a KeyObject.
 *
 * @throws ToriiConfigError saying what it is instead, and what to do
 */
export function readPrivateKey(option: string, given: unknown): SigningKey {
  return inOurWords(option, given, () => {
    const privateKey = given instanceof KeyObject ? given : createPrivateKey(readPem(option, given, 'private'));
    const { type } = privateKey;
    if (type !== 'private') throw unfit(option, `is a ${type} key: pass the private half of your RSA key pair`);
    const publicKey = createPublicKey(privateKey);
    requireRsa(option, publicKey);
    requirePair(option, privateKey, publicKey);
    return { privateKey, publicKey: describe(publicKey) };
  });
}

/**
 * Reads an RSA public key: SPKI or PKCS#1 PEM and nothing around it, or a KeyObject.
 *
 * @throws ToriiConfigError for anything else, and before all for whatever holds a private key (security statement 28)
 */
export function readPublicKey(option: string, given: unknown): PublicKey {
  return inOurWords(option, given, () => {
    const pem = given instanceof KeyObject ? exportPublic(option, given) : readPem(option, given, 'public');
    // Node's own reading of a text: whatever was passed in, what comes out of this is public.
    const key = createPublicKey(pem);
    requireRsa(option, key);
    return describe(key);
  });
}

/**
 * The id of a public key: what stands as `kid` in tokens, and what events and plans call it.
 *
 * @throws ToriiConfigError for what is no RSA public key, and before all for a private one
 */
export function getKeyId(publicKey: string | KeyObject): string {
  return readPublicKey('publicKey', publicKey).keyId;
}

function exportPublic(option: string, key: KeyObject): string {
  if (key.type === 'private') throw unfit(option, 'is a private key, which is never published: pass the public half');
  if (key.type !== 'public')
    throw unfit(option, 'is a shared secret: the gateway wants the public half of an RSA key pair');
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

// Without the cause: OpenSSL's errors are not ours to show, and an inspected one may carry its input.
function inOurWords<T>(option: string, given: unknown, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ToriiConfigError) throw error;
    if (given instanceof KeyObject) throw unfit(option, 'is no KeyObject that Node made: pass one, or PEM');
    throw unfit(option, 'cannot be read: its PEM is cut off or damaged. Copy it again, first and last line included');
  }
}

/** The least public exponent, by FIPS 186-5 A.1.1: with smaller ones, careless verifiers were made to take forgeries. */
const leastExponent = 65_537n;
const mostExponent = 2n ** 32n;
/** Longer ones are read by few gateways, and take a node a tenth of a second for each token. */
const mostBits = 8_192;

function requireRsa(option: string, key: KeyObject): void {
  const make = 'make an RSA key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048';
  if (key.asymmetricKeyType !== 'rsa') throw unfit(option, `is not RSA but ${key.asymmetricKeyType}: ${make}`);
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < 2048) throw unfit(option, `has ${bits} bits, and 2048 are the least: ${make}`);
  if (bits > mostBits) throw unfit(option, `has ${bits} bits, and ${mostBits} are the most: ${make}`);
  // With an exponent of 1, a signature is the text that it signs: anybody makes one.
  const isFit = publicExponent >= leastExponent && publicExponent < mostExponent && publicExponent % 2n === 1n;
  if (!isFit) throw unfit(option, `has a public exponent that is even, too big, or below ${leastExponent}: ${make}`);
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  if ((modulus.at(-1) ?? 0) % 2 === 0)
    throw unfit(option, `has an even modulus, which is no product of primes: ${make}`);
}

// A key object that was put together from two pairs reads well, and signs what nobody can verify.
function requirePair(option: string, privateKey: KeyObject, publicKey: KeyObject): void {
  const message = Buffer.from('@torii/streams');
  if (!verify('sha256', message, publicKey, sign('sha256', message, privateKey))) {
    throw unfit(option, 'signs what its own public half does not verify: its parts belong to different keys');
  }
}

function describe(key: KeyObject): PublicKey {
  const { e, n } = key.export({ format: 'jwk' });
  // RFC 7638 3: these members, in this order, without white space.
  const keyId = createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
  return { keyId, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
}

function unfit(option: string, problem: string): ToriiConfigError {
  return new ToriiConfigError(option, `\`${option}\` ${problem}.`);
}
