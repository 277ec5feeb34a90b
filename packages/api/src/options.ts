import { demand, demandKnown, demandWhole } from './demand.ts';
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

/**
 * Checks options once and for all.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(options: ToriiClientOptions): Settings {
  demandKnown(options, ['secretKey', 'apiUrl', 'fetch', 'timeoutMs', 'maxRetries', 'onEvent']);
  const { secretKey, apiUrl = 'https://api.torii.so', fetch, onEvent } = options;
  demandSecretKey(secretKey);
  for (const [name, value] of Object.entries({ fetch, onEvent })) {
    demand(name, !value || typeof value === 'function', 'is not a function');
  }
  return { secretKey, apiUrl: readApiUrl(apiUrl), fetch, onEvent, ...readLimits(options, defaults) };
}

/** Checks the options of one call, whose limits are its own or the client's. */
export function readCallOptions(options: RequestOptions, absent: Limits): Limits {
  demandKnown(options, ['signal', 'timeoutMs', 'maxRetries', 'headers']);
  return readLimits(options, absent);
}

function readLimits(options: RequestOptions | ToriiClientOptions, absent: Limits): Limits {
  const { timeoutMs = absent.timeoutMs, maxRetries = absent.maxRetries } = options;
  demandWhole('timeoutMs', timeoutMs, 1, 3_600_000);
  demandWhole('maxRetries', maxRetries, 0, 10);
  return { timeoutMs, maxRetries };
}

function demandSecretKey(key: string | undefined): asserts key is string {
  const problem = problemOfKey(key);
  demand('secretKey', !problem, `${problem}: set TORII_SECRET_KEY, on your server, to the sk_… key of your dashboard`);
}

function problemOfKey(key: string | undefined): string {
  if (!key) return key === undefined ? 'is undefined' : 'is empty';
  if (/^pk_/.test(key)) return 'is a publishable key';
  if (!/^[!-~]+$/.test(key)) return 'holds a line break or a space';
  return isBrowser() ? 'would be public in a browser' : '';
}

function readApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = /^http:\/\/((.+\.)?localhost|\[::1\]|127(\.\d+){3})(:\d+)?$/.test(url?.origin ?? '');
  const isSafe = url && (url.protocol === 'https:' || isLoopback) && url.href === url.origin + url.pathname;
  demand('apiUrl', isSafe, 'is not a plain https:// URL (http:// is for loopback alone)');
  return url.href.replace(/\/+$/, '');
}

// A page has a document, and a worker of a page the page's user agent. Node, Bun, Deno and Workers have their own.
function isBrowser(): boolean {
  const { document, navigator }: { document?: unknown; navigator?: { userAgent?: string } } = globalThis;
  return document !== undefined || /^Mozilla/.test(navigator?.userAgent ?? '');
}
