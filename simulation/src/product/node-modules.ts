import * as crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { types } from 'node:util';
import { Kvm } from '../world/nats/kvm.ts';
import { natsLibrary, repository } from './bundle.ts';
import type { Platform } from './product.ts';

const realRequire = createRequire(join(repository, 'packages', 'authz', 'package.json'));

/** Copies the module, because its exports are read-only, also for an object that inherits from it. */
const realCrypto: object = { ...crypto };

export type LoadModule = (name: string) => unknown;

type Verify = (error: Error | null, isGood: boolean) => void;

const verified: Map<string, boolean> = new Map();
const signed: Map<string, Buffer> = new Map();
const maxRemembered = 200_000;

/**
 * `require` and `process.getBuiltinModule` for the product: Node's own modules, with signatures that are checked in this turn, and the libraries of
 * `sharedLibraries` in bundle.ts, which are loaded once for all processes.
 */
export function simulatedModule(platform: Platform): LoadModule {
  const own: object = Object.assign(Object.create(realCrypto), {
    verify: verifyWith(platform),
    sign: signOnce,
    createPublicKey,
    createPrivateKey,
  });
  return (name) => {
    if (name === natsLibrary) return { Kvm };
    return name === 'node:crypto' ? own : realRequire(name);
  };
}

// A real check of a real signature. Its result is remembered over all worlds of a thread, because the same tokens come again.
// The callback form runs in the thread pool, whose order differs in each run: here it takes a virtual millisecond.
function verifyWith(platform: Platform): (...given: Parameters<typeof crypto.verify>) => boolean | undefined {
  return (algorithm, data, key, signature, callback?: Verify) => {
    const isGood = checkOnce(algorithm, data as Uint8Array, key as crypto.KeyObject, signature as Uint8Array);
    if (callback === undefined) return isGood;
    platform.startTimer(() => callback(null, isGood), 1);
    return undefined;
  };
}

export function checkOnce(
  algorithm: string | null | undefined,
  data: Uint8Array,
  key: crypto.KeyObject,
  signature: Uint8Array,
): boolean {
  const name = `${numberOf(key)} ${crypto.hash('sha256', data, 'base64')} ${Buffer.from(signature).toString('base64')}`;
  const known = verified.get(name);
  if (known !== undefined) return known;
  const isGood = crypto.verify(algorithm, data, key, signature);
  if (verified.size >= maxRemembered) verified.clear();
  verified.set(name, isGood);
  return isGood;
}

/** A real signature, remembered. Only for algorithms that sign the same content the same way each time, such as RS256. */
export function signOnce(algorithm: string, data: Uint8Array, key: crypto.KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'rsa') return crypto.sign(algorithm, data, key);
  const name = `${numberOf(key)} ${algorithm} ${crypto.hash('sha256', data, 'base64')}`;
  const known = signed.get(name);
  if (known !== undefined) return known;
  const signature = crypto.sign(algorithm, data, key);
  if (signed.size >= maxRemembered) signed.clear();
  signed.set(name, signature);
  return signature;
}

/** What jose needs of a CryptoKey, for `crypto.subtle` in `ambient.ts`. */
export class RsaCryptoKey {
  readonly type: string;
  readonly algorithm: unknown;
  readonly usages: readonly string[];
  readonly keyObject: crypto.KeyObject;

  constructor(keyObject: crypto.KeyObject, usages: readonly string[]) {
    this.type = keyObject.type;
    this.algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' }, ...keyObject.asymmetricKeyDetails };
    this.usages = usages;
    this.keyObject = keyObject;
  }

  get [Symbol.toStringTag](): string {
    return 'CryptoKey';
  }
}

const keysByText: Map<string, crypto.KeyObject> = new Map();

const publicHalves: WeakMap<object, crypto.KeyObject> = new WeakMap();

function createPublicKey(given: Parameters<typeof crypto.createPublicKey>[0]): crypto.KeyObject {
  if (typeof given === 'string') return readOnce(given, given, crypto.createPublicKey);
  if (types.isKeyObject(given)) {
    const known = publicHalves.get(given) ?? shared(crypto.createPublicKey(given));
    publicHalves.set(given, known);
    return known;
  }
  if (typeof given !== 'object' || !('format' in given) || given.format !== 'jwk') return crypto.createPublicKey(given);
  return readOnce(JSON.stringify(given), given, crypto.createPublicKey);
}

function createPrivateKey(given: Parameters<typeof crypto.createPrivateKey>[0]): crypto.KeyObject {
  return typeof given === 'string' ? readOnce(given, given, crypto.createPrivateKey) : crypto.createPrivateKey(given);
}

// Reading a key takes as long as a hundred simulated requests.
function readOnce<Given>(text: string, given: Given, read: (given: Given) => crypto.KeyObject): crypto.KeyObject {
  const name = `${read.name} ${text}`;
  const known = keysByText.get(name);
  if (known !== undefined) return known;
  const key = shared(read(given));
  if (keysByText.size >= maxRemembered) keysByText.clear();
  keysByText.set(name, key);
  return key;
}

/** A key that many processes use: each form of it is exported once, because that takes longer than a simulated request. */
function shared(key: crypto.KeyObject): crypto.KeyObject {
  if (key.asymmetricKeyType !== 'rsa') return key;
  const toCryptoKey = (_algorithm: unknown, _isPublic: boolean, usages: readonly string[]): RsaCryptoKey =>
    new RsaCryptoKey(key, usages);
  const exported = new Map<string, unknown>();
  const exportKey = key.export.bind(key) as (options: unknown) => unknown;
  const exportOnce = (options: unknown): unknown => {
    const name = JSON.stringify(options);
    if (!exported.has(name)) exported.set(name, exportKey(options));
    const known = exported.get(name);
    return typeof known === 'object' ? structuredClone(known) : known;
  };
  Object.defineProperties(key, { toCryptoKey: { value: toCryptoKey }, export: { value: exportOnce } });
  return key;
}

const numbers: WeakMap<crypto.KeyObject, string> = new WeakMap();
const numbersByText: Map<string, string> = new Map();

/** A name for a key, public or private, that does not change in this thread. */
function numberOf(key: crypto.KeyObject): string {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const type = key.type === 'private' ? 'pkcs8' : 'spki';
  const text = key.export({ format: 'pem', type }).toString();
  const number = numbersByText.get(text) ?? `${key.type} ${numbersByText.size}`;
  numbersByText.set(text, number);
  numbers.set(key, number);
  return number;
}
