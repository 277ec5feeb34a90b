import * as crypto from 'node:crypto';
import { createRequire } from 'node:module';
import type { Platform } from './product.ts';

const realRequire = createRequire(import.meta.url);

type Verify = (error: Error | null, isGood: boolean) => void;

const verified: Map<string, boolean> = new Map();
const maxVerified = 200_000;

/** `require` for the product: Node's own modules, with signatures that are checked in this turn. */
export function simulatedModule(platform: Platform): (name: string) => unknown {
  const own = { ...crypto, verify: verifyWith(platform) };
  return (name) => (name === 'node:crypto' ? own : realRequire(name));
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

const keyNumbers: Map<string, number> = new Map();
const keyObjectNumbers: WeakMap<crypto.KeyObject, number> = new WeakMap();

function checkOnce(
  algorithm: string | null | undefined,
  data: Uint8Array,
  key: crypto.KeyObject,
  signature: Uint8Array,
): boolean {
  const name = `${numberOf(key)} ${crypto.hash('sha256', data, 'base64')} ${Buffer.from(signature).toString('base64')}`;
  const known = verified.get(name);
  if (known !== undefined) return known;
  const isGood = crypto.verify(algorithm, data, key, signature);
  if (verified.size >= maxVerified) verified.clear();
  verified.set(name, isGood);
  return isGood;
}

function numberOf(key: crypto.KeyObject): number {
  const known = keyObjectNumbers.get(key);
  if (known !== undefined) return known;
  const text = key.export({ format: 'pem', type: 'spki' }).toString();
  const number = keyNumbers.get(text) ?? keyNumbers.size;
  keyNumbers.set(text, number);
  keyObjectNumbers.set(key, number);
  return number;
}
