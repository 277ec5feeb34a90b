import { ToriiConfigError } from '@torii/core';
import { type ApiEventListener, listenerFor } from './events.ts';
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
  readonly emit: ApiEventListener;
}

const optionNames = ['secretKey', 'apiUrl', 'fetch', 'timeoutMs', 'maxRetries', 'onEvent'];
const callOptionNames = ['signal', 'timeoutMs', 'maxRetries', 'headers'];

/**
 * Checks options once and for all.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(options: ToriiClientOptions): Settings {
  refuseUnknown(options, optionNames);
  refuseBrowser();
  return {
    secretKey: readSecretKey(options.secretKey),
    apiUrl: readApiUrl(options.apiUrl),
    fetch: readFunction(options.fetch, 'fetch'),
    emit: listenerFor(readFunction(options.onEvent, 'onEvent')),
    ...readLimits(options, { timeoutMs: 30_000, maxRetries: 2 }),
  };
}

/** The limits of one call: its own, or the client's. */
export function readLimits(options: Partial<Limits> | RequestOptions, absent: Limits): Limits {
  const { timeoutMs = absent.timeoutMs, maxRetries = absent.maxRetries } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 3_600_000) {
    throw new ToriiConfigError('timeoutMs', '`timeoutMs` is a whole number of milliseconds from 1 to 3600000.');
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0 || maxRetries > 10) {
    throw new ToriiConfigError('maxRetries', '`maxRetries` is a whole number from 0 to 10.');
  }
  return { timeoutMs, maxRetries };
}

/** Checks the options of one call. */
export function readCallOptions(options: RequestOptions | undefined): RequestOptions {
  if (options === undefined) return {};
  refuseUnknown(options, callOptionNames);
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new ToriiConfigError('signal', '`signal` is not an AbortSignal.');
  }
  return options;
}

function refuseUnknown(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ToriiConfigError('options', `Give the options as an object. Known options: ${known.join(', ')}.`);
  }
  const stray = Object.keys(options).find((name) => !known.includes(name));
  if (stray === undefined) return;
  throw new ToriiConfigError(stray, `There is no option \`${stray}\`. Known options: ${known.join(', ')}.`);
}

// No message here says what the key was: it may be a good one with a line break behind it.
function readSecretKey(secretKey: unknown): string {
  const problem = problemOfKey(secretKey);
  if (problem === undefined) return String(secretKey);
  throw new ToriiConfigError(
    'secretKey',
    `\`secretKey\` ${problem}. Write secretKey: process.env.TORII_SECRET_KEY, and set that variable to sk_test_… or sk_live_… from your dashboard.`,
  );
}

function problemOfKey(key: unknown): string | undefined {
  if (key === undefined) return 'is undefined';
  if (typeof key !== 'string') return 'is not text';
  if (key.trim() === '') return 'is empty';
  if (key.startsWith('pk_')) return 'is a publishable key, which the API does not take';
  return /^[\x21-\x7E]+$/.test(key) ? undefined : 'holds a line break, a space, or another character that no key has';
}

function readApiUrl(apiUrl: unknown = 'https://api.torii.so'): string {
  const problem = problemOfUrl(apiUrl);
  if (problem === undefined) return new URL(String(apiUrl)).href.replace(/\/$/, '');
  throw new ToriiConfigError('apiUrl', `\`apiUrl\` ${problem}. Write apiUrl: 'https://api.torii.so', or leave it out.`);
}

function problemOfUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^https?:\/\//.test(text) || !URL.canParse(text)) return 'is not an https:// URL';
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'would send the secret key in clear';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  return /[?#]/.test(text) ? 'must not have a query or a fragment' : undefined;
}

function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^\[::1\]$|^127(\.\d+){3}$/.test(hostname);
}

function refuseBrowser(): void {
  const { document, window, navigator } = globalThis as {
    document?: unknown;
    window?: { document?: unknown };
    navigator?: { userAgent?: string };
  };
  // A page has a document, and a worker of a page the page's user agent. Node, Bun, Deno and Workers have their own.
  if (document === undefined && window?.document === undefined && !navigator?.userAgent?.startsWith('Mozilla/')) return;
  throw new ToriiConfigError(
    'secretKey',
    'This is a browser: whoever opens the page could read the secret key and do everything with it. Call the API from your server.',
  );
}

function readFunction<F>(value: F | undefined, name: string): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw new ToriiConfigError(name, `\`${name}\` is not a function.`);
}
