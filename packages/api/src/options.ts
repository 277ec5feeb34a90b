import type { RevocationAnnouncer } from '@torii/core';
import {
  type Announcer,
  announcerNames,
  assertOption,
  isLoopback,
  type Options,
  omitUndefined,
  problemOfPasted,
  readAnnouncer,
  readFunction,
  readKnownOptions,
  readWhole,
} from '@torii/core/internal';
import { assertStaysOnMachine } from '#environment-proxy';
import { defaultApiUrl } from './api-url.ts';
import type { ApiEventListener } from './events.ts';
import type { RequestOptions } from './operation.ts';

/** A function with the same parameters and result as the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

export interface ToriiClientOptions {
  /**
   * The secret key of your environment, `sk_test_…` or `sk_live_…`, from your dashboard. The type accepts `undefined`
   * so that `process.env.TORII_SECRET_KEY` compiles, but a missing key throws a `ToriiConfigError`. A publishable key
   * (`pk_…`) throws too, and so does any key in a browser.
   */
  readonly secretKey: string | undefined;
  /**
   * The base URL of the API, without `/api/server/v1`. Must be https, or http on loopback. May have a path, for a gateway of
   * your own. Must not have a query string, a fragment or credentials.
   * @default 'https://api.torii.so'
   */
  readonly apiUrl?: string | undefined;
  /**
   * A replacement for `fetch`. It must not follow redirects if called with `redirect: 'manual'`, and must abort the
   * request if the `signal` that it gets is aborted.
   * @default globalThis.fetch, looked up on each call
   */
  readonly fetch?: Fetch | undefined;
  /**
   * Milliseconds for a whole call, including retries and the waits between them. From 1 to 3,600,000 (an hour).
   * @default 30_000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How many times a failed request may be retried, if a retry is safe. From 0 to 10.
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /** Called after every request that the client sends, for logs and metrics. Never receives the secret key. */
  readonly onEvent?: ApiEventListener | undefined;
  /**
   * Announces to all your servers that a user's tokens are revoked, when you ban or delete the user or revoke sessions. The
   * result of `createRevocations` of `@torii/revocation`, for the environment of the secret key. Without it, these tokens are
   * accepted until they expire. `request()` announces nothing.
   */
  readonly revocations?: RevocationAnnouncer;
  /**
   * Whether `sessions.revoke` revokes the tokens of the user. Tokens do not name their session, so the user's other
   * sessions must renew their tokens once. If `false`, a token of the revoked session is accepted until it expires.
   * @default true
   */
  readonly announceSessions?: boolean | undefined;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

export interface Settings extends Limits {
  readonly secretKey: string;
  readonly apiUrl: string;
  readonly fetch: Fetch | undefined;
  readonly onEvent: ApiEventListener | undefined;
  readonly announcer: Announcer | undefined;
}

const defaults: Limits = { timeoutMs: 30_000, maxRetries: 2 };

const optionNames = ['secretKey', 'apiUrl', 'fetch', 'timeoutMs', 'maxRetries', 'onEvent', ...announcerNames] as const;
const hints = {
  secretKey: 'apikey token key',
  apiUrl: 'baseurl',
  'It is an option of createVerifier': 'issuer',
};
const callOptionNames = ['signal', 'timeoutMs', 'maxRetries', 'headers'] as const;

export function readOptions(given: ToriiClientOptions): Settings {
  const example = 'createToriiClient({ secretKey: process.env.TORII_SECRET_KEY })';
  const own = readKnownOptions(given, optionNames, example, 'options', hints);
  const options = omitUndefined(own, ['apiUrl', 'timeoutMs', 'maxRetries', 'announceSessions']);
  return {
    secretKey: readSecretKey(options.secretKey),
    apiUrl: readApiUrl('apiUrl' in options ? options.apiUrl : defaultApiUrl, own.fetch === undefined),
    fetch: readFunction<Fetch>(options, 'fetch'),
    onEvent: readFunction<ApiEventListener>(options, 'onEvent'),
    announcer: readAnnouncer(options),
    ...readLimits(options, defaults),
  };
}

export function readCallOptions(given: RequestOptions, absent: Limits): Limits {
  const own = readKnownOptions(given, callOptionNames, '{ timeoutMs: 5_000 }');
  assertOption('signal', own.signal === undefined || isAbortSignal(own.signal), 'must be an AbortSignal');
  return readLimits(omitUndefined(own, ['timeoutMs', 'maxRetries']), absent);
}

// Checks the signal's properties: `instanceof AbortSignal` is `false` if Jest or `node:vm` created it in another realm.
function isAbortSignal(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'aborted') === 'boolean' &&
    typeof Reflect.get(value, 'addEventListener') === 'function'
  );
}

function readLimits(options: Options<keyof Limits>, absent: Limits): Limits {
  return {
    timeoutMs: readWhole(options, 'timeoutMs', { from: 1, to: 3_600_000, absent: absent.timeoutMs }),
    maxRetries: readWhole(options, 'maxRetries', { from: 0, to: 10, absent: absent.maxRetries }),
  };
}

function readSecretKey(key: unknown): string {
  const problem = problemOfKey(key);
  const remedy = 'On your server, set TORII_SECRET_KEY to the secret key (sk_…) from your dashboard';
  assertOption('secretKey', !problem && typeof key === 'string', `${problem}. ${remedy}`);
  return key;
}

function problemOfKey(key: unknown): string | undefined {
  const problem = problemOfPasted(key);
  if (problem !== undefined) return problem;
  const text = String(key);
  if (/^pk_/.test(text)) return 'is a publishable key (pk_…)';
  if (/^whsec_/.test(text)) return 'is a webhook secret (whsec_…)';
  if (!/^sk_(live|test)_/.test(text)) return 'does not begin with sk_ and the kind of key, live or test';
  // The characters that a Bearer token may have (RFC 6750 2.1).
  if (!/^[\w.~+/-]+=*$/.test(text)) return 'contains a character that no secret key has';
  // A short key would make the redaction of responses remove text that is not the key.
  if (text.length < shortestKey) return 'is too short: a part of it is missing';
  return isBrowser() ? 'would be public in a browser' : undefined;
}

const shortestKey = 'sk_live_'.length + 4;

function readApiUrl(value: unknown, usesPlatformFetch: boolean): string {
  const problem = problemOfPasted(value) ?? problemOfUrl(String(value));
  assertOption(
    'apiUrl',
    !problem && typeof value === 'string',
    `${problem}. Write '${defaultApiUrl}', or leave it out`,
  );
  const url = new URL(value);
  if (usesPlatformFetch) assertStaysOnMachine(url);
  return url.href.replace(/\/+$/, '');
}

// The hosts of Torii. Below them, only the API's own hosts begin with `api`; others are issuers, the dashboard or the docs.
const toriiHost = /^(?:.+\.)?(?:torii\.so|toriiauth\.eu)\.?$/;

// The result contains no part of the URL: it may contain a password.
function problemOfUrl(text: string): string | undefined {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol === 'http:' && !isLoopback(url.hostname)))
    return 'must be an https:// URL (http:// only for loopback hosts), because the secret key is sent to it';
  const { hostname, username, password, pathname } = url;
  const path = decodePath(pathname).replace(/\/+$/, '');
  if (username !== '' || password !== '' || /[?#\s\\]/.test(text) || path.includes('//'))
    return 'must be one URL without user name, query, fragment, spaces, backslashes or two slashes in a row';
  const isTorii = toriiHost.test(hostname);
  if (/\/api\/server(?:\/|$)/i.test(path) || (isTorii && path !== '' && isApi(hostname)))
    return 'must not contain the path. Remove it: the client adds /api/server/v1 to every request';
  if (/\/(?:_torii|\.well-known)(?:\/|$)/i.test(path) || (isTorii && !isApi(hostname)))
    return "is not the URL of Torii's API, but of an issuer or a website";
  return undefined;
}

function isApi(hostname: string): boolean {
  return /^api[.-]/.test(hostname);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

// Web workers in browsers have no `document`, so also check the user agent: it starts with `Mozilla` in browsers, but
// not in Node, Bun, Deno or Cloudflare Workers.
function isBrowser(): boolean {
  const { document, navigator }: { document?: unknown; navigator?: { userAgent?: string } } = globalThis;
  return document !== undefined || /^Mozilla/.test(navigator?.userAgent ?? '');
}
