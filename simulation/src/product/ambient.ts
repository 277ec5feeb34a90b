import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { checkOnce, type LoadModule, RsaCryptoKey, signOnce } from './node-modules.ts';
import type { Platform } from './product.ts';

const RealDate = Date;

/** The platform's names, each throwing: the product must reach them through `platform.ts` alone. */
export const trapped: Readonly<Record<string, unknown>> = {
  Date: dateOf(() => goesAround('Date.now')),
  performance: { now: () => goesAround('performance.now') },
  setTimeout: () => goesAround('setTimeout'),
  clearTimeout: () => goesAround('clearTimeout'),
  setInterval: () => goesAround('setInterval'),
  clearInterval: () => goesAround('clearInterval'),
  setImmediate: () => goesAround('setImmediate'),
  MessageChannel: undefined,
  Atomics: {},
  fetch: () => goesAround('fetch'),
  Math: mathOf(() => goesAround('Math.random')),
  crypto: { subtle: subtle(), randomUUID: () => goesAround('crypto.randomUUID') },
  globalThis: undefined,
  process: undefined,
};

/** The platform's names as an older product reads them, with the virtual clock and network. */
export function ambientOf(platform: Platform, load: LoadModule): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {
    ...trapped,
    Date: dateOf(platform.wallMs),
    performance: { now: platform.steadyMs },
    setTimeout: platform.startTimer,
    clearTimeout: platform.stopTimer,
    setImmediate: platform.nextTurn,
    fetch: platform.platformFetch,
    Math: mathOf(platform.random),
    crypto: { subtle: subtle(), randomUUID: platform.randomId },
  };
  return { ...values, ...processNames(values, load) };
}

/** `globalThis` and `process` of one simulated process. Changes in one process do not affect the others. */
export function processNames(
  values: Readonly<Record<string, unknown>>,
  load: LoadModule,
): Readonly<Record<string, unknown>> {
  const { fetch, crypto } = values;
  return { globalThis: { fetch, crypto }, process: { env: {}, emitWarning() {}, getBuiltinModule: load } };
}

function goesAround(name: string): never {
  throw new Error(`The product called ${name} instead of platform.ts.`);
}

function dateOf(now: () => number): DateConstructor {
  class VirtualDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }

    static override now(): number {
      return now();
    }
  }
  return VirtualDate as unknown as DateConstructor;
}

function mathOf(random: () => number): Math {
  return Object.create(Math, { random: { value: random } });
}

type Key = KeyObject | RsaCryptoKey;
type Data = ArrayBuffer | Uint8Array;

// Replaces the real `crypto.subtle`, whose thread pool finishes in a different order in each run. HMAC keys are Node's
// own, which are five times as fast as bytes. RSA keys are real.
function subtle(): Readonly<Record<string, unknown>> {
  const hmac = (key: KeyObject, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest();
  return {
    importKey: async (_format: string, key: Uint8Array) => createSecretKey(key),
    digest: async (_algorithm: 'SHA-256', data: Data) =>
      Uint8Array.from(createHash('sha256').update(new Uint8Array(data)).digest()).buffer,
    sign: async (_algorithm: unknown, key: Key, data: Data) => {
      const content = new Uint8Array(data);
      const bytes = key instanceof RsaCryptoKey ? signOnce('sha256', content, key.keyObject) : hmac(key, content);
      return Uint8Array.from(bytes).buffer;
    },
    verify: async (_algorithm: unknown, key: Key, signature: Data, data: Data) => {
      const [content, given] = [new Uint8Array(data), new Uint8Array(signature)];
      if (key instanceof RsaCryptoKey) return checkOnce('sha256', content, key.keyObject, given);
      const own = hmac(key, content);
      return own.length === given.length && timingSafeEqual(own, given);
    },
  };
}
