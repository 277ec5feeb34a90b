import {
  assertOption,
  isLoopback,
  type Options,
  omitUndefined,
  readFunction,
  readKnownOptions,
  readWhole,
} from '@torii/core/adapter';
import type { ApiEventListener } from './events.ts';
import type { RequestOptions } from './operation.ts';

/** A `fetch` as the platform has it. */
export type Fetch = typeof globalThis.fetch;

export interface ToriiClientOptions {
  /**
   * Your environment's secret key, `sk_test_…` or `sk_live_…`. May be undefined to the compiler, as an environment
   * variable is; it throws then, and says so.
   */
  readonly secretKey: string | undefined;
  /**
   * Where the API is. May have a path of its own, for a gateway.
   *
   * @default 'https://api.torii.so'
   */
  readonly apiUrl?: string | undefined;
  /** Sends the requests. Left out, the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /**
   * Milliseconds for a whole call, repetitions and the waits between them among them; at most an hour.
   *
   * @default 30_000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a failed request may be sent again where that is safe; at most 10.
   *
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /** Told of every request, for logs and metrics. Never gets the secret key. */
  readonly onEvent?: ApiEventListener | undefined;
}

/** What bounds a call. */
export interface Limits {
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** Options as the transport uses them. */
export interface Settings extends Limits {
  readonly secretKey: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly fetch: Fetch | undefined;
  readonly onEvent: ApiEventListener | undefined;
}

const defaults: Limits = { timeoutMs: 30_000, maxRetries: 2 };

const optionNames = ['secretKey', 'apiUrl', 'fetch', 'timeoutMs', 'maxRetries', 'onEvent'] as const;
const callOptionNames = ['signal', 'timeoutMs', 'maxRetries', 'headers'] as const;

/**
 * Checks options once and for all.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(given: ToriiClientOptions): Settings {
  const example = 'createToriiClient({ secretKey: process.env.TORII_SECRET_KEY })';
  const own = readKnownOptions(given, optionNames, example);
  const options = omitUndefined(own, ['apiUrl', 'timeoutMs', 'maxRetries']);
  return {
    secretKey: readSecretKey(options.secretKey),
    apiUrl: readApiUrl('apiUrl' in options ? options.apiUrl : 'https://api.torii.so'),
    fetch: readFunction<Fetch>(options, 'fetch'),
    onEvent: readFunction<ApiEventListener>(options, 'onEvent'),
    ...readLimits(options, defaults),
  };
}

/** Checks the options of one call, whose limits are its own or the client's. */
export function readCallOptions(given: RequestOptions, absent: Limits): Limits {
  const own = readKnownOptions(given, callOptionNames, '{ timeoutMs: 5_000 }');
  return readLimits(omitUndefined(own, ['timeoutMs', 'maxRetries']), absent);
}

function readLimits(options: Options<keyof Limits>, absent: Limits): Limits {
  return {
    timeoutMs: readWhole(options, 'timeoutMs', { from: 1, to: 3_600_000, absent: absent.timeoutMs }),
    maxRetries: readWhole(options, 'maxRetries', { from: 0, to: 10, absent: absent.maxRetries }),
  };
}

function readSecretKey(key: unknown): string {
  const problem = problemOfKey(key);
  const remedy = 'set TORII_SECRET_KEY, on your server, to the sk_… key of your dashboard';
  assertOption('secretKey', !problem && typeof key === 'string', `${problem}: ${remedy}`);
  return key;
}

function problemOfKey(key: unknown): string {
  if (key === undefined) return 'is undefined';
  if (typeof key !== 'string') return 'is not a string';
  if (key === '') return 'is empty';
  if (/^pk_/.test(key)) return 'is a publishable key';
  if (!/^[!-~]+$/.test(key)) return 'holds a line break or a space';
  return isBrowser() ? 'would be public in a browser' : '';
}

function readApiUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  const isEncrypted = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  const isSafe = url && isEncrypted && url.href === url.origin + url.pathname;
  assertOption('apiUrl', isSafe, 'must be a plain https:// URL (http:// is for loopback alone)');
  return url.href.replace(/\/+$/, '');
}

// A page has a document, and a worker of a page the page's user agent. Node, Bun, Deno and Workers have their own.
function isBrowser(): boolean {
  const { document, navigator }: { document?: unknown; navigator?: { userAgent?: string } } = globalThis;
  return document !== undefined || /^Mozilla/.test(navigator?.userAgent ?? '');
}
