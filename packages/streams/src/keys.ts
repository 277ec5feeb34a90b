import { createHash, createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
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
  const key = given instanceof KeyObject ? given : parse(option, readPem(option, given, 'private'), createPrivateKey);
  if (key.type !== 'private') throw unfit(option, `is a ${key.type} key: pass the private half of your RSA key pair`);
  requireRsa(option, key);
  return { privateKey: key, publicKey: describe(createPublicKey(key)) };
}

/**
 * Reads an RSA public key: SPKI or PKCS#1 PEM, or a KeyObject.
 *
 * @throws ToriiConfigError for anything else, and before all for whatever holds a private key (security statement 28)
 */
export function readPublicKey(option: string, given: unknown): PublicKey {
  const key = given instanceof KeyObject ? given : parse(option, readPem(option, given, 'public'), createPublicKey);
  if (key.type === 'private') throw unfit(option, 'is a private key, which is never published: pass the public half');
  if (key.type !== 'public')
    throw unfit(option, 'is a shared secret: the gateway wants the public half of an RSA key pair');
  requireRsa(option, key);
  return describe(key);
}

// Without the cause: OpenSSL's errors are not ours to show, and an inspected one may carry its input.
function parse(option: string, pem: string, create: (pem: string) => KeyObject): KeyObject {
  try {
    return create(pem);
  } catch {
    throw unfit(option, 'cannot be read: its PEM is cut off or damaged. Copy it again, first and last line included');
  }
}

function requireRsa(option: string, key: KeyObject): void {
  const make = 'make an RSA key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048';
  if (key.asymmetricKeyType !== 'rsa') throw unfit(option, `is not RSA but ${key.asymmetricKeyType}: ${make}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) throw unfit(option, `has ${bits} bits, and 2048 are the least: ${make}`);
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
