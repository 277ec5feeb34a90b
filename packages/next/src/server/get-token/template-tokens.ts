import { type ApiAnswer, type Auth, ToriiApiError, ToriiConfigError, ToriiUnavailableError } from '@torii/core';
import {
  type AuthAndToken,
  elapsedMs,
  type Instant,
  instantNow,
  loggable,
  loggableCause,
  raceDeadline,
  readRetryAfter,
} from '@torii/core/adapter';
import { limitBody } from '../issuer/body-limit.ts';
import { bypassNextCache } from '../issuer/fresh-fetch.ts';

/** A user's token, and the template of the token that is wanted in its place. */
export interface TemplateRequest extends AuthAndToken {
  readonly template: string;
  readonly publishableKey: string;
}

export interface TemplateTokens {
  /** `null` if the user's token has expired by now. */
  get(request: TemplateRequest): Promise<string | null>;
}

interface Minted {
  readonly token: string;
  readonly begunAt: Instant;
  /** How long it can be handed out, from `begunAt` on. */
  readonly usableMs: number;
}

const path = '/_torii/auth/session/token';
const timeLimitMs = 5_000;
const maxAnswerBytes = 64 * 1024;
const maxTokenLength = 16_384;
const maxKept = 1_000;
/** Of the texts of all kept tokens and of the tokens that they were made for. */
const maxKeptLength = 4_000_000;

const fetchFresh = bypassNextCache(undefined) as typeof globalThis.fetch;

export function createTemplateTokens(): TemplateTokens {
  const kept = new KeptTokens();
  const pending = new Map<string, Promise<Minted | null>>();

  return {
    async get(request) {
      // The whole token: a part of it could be the same for two users. The name of a template contains no line break.
      const key = `${request.template}\n${request.token}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const minted = await (pending.get(key) ?? begin(key, request));
      return minted?.token ?? null;
    },
  };

  function begin(key: string, request: TemplateRequest): Promise<Minted | null> {
    const minting = mint(request);
    pending.set(key, minting);
    const end = () => void pending.delete(key);
    minting.then((minted) => {
      end();
      if (minted !== null) kept.add(key, minted);
    }, end);
    return minting;
  }
}

class KeptTokens {
  readonly #byKey: Map<string, Minted> = new Map();
  #length = 0;

  get(key: string): string | undefined {
    const found = this.#byKey.get(key);
    if (found === undefined) return undefined;
    if (elapsedMs(found.begunAt) < found.usableMs) return found.token;
    this.#drop(key);
    return undefined;
  }

  add(key: string, minted: Minted): void {
    const length = key.length + minted.token.length;
    if (elapsedMs(minted.begunAt) >= minted.usableMs) return;
    this.#drop(key);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size < maxKept && this.#length + length <= maxKeptLength) break;
      this.#drop(oldest);
    }
    this.#byKey.set(key, minted);
    this.#length += length;
  }

  #drop(key: string): void {
    const found = this.#byKey.get(key);
    if (found === undefined) return;
    this.#byKey.delete(key);
    this.#length -= key.length + found.token.length;
  }
}

async function mint(request: TemplateRequest): Promise<Minted | null> {
  const begunAt = instantNow();
  const abort = new AbortController();
  const late = (): never => {
    abort.abort();
    throw unavailable(`no answer within ${timeLimitMs} ms`);
  };
  const { status, ok, headers, text } = await raceDeadline(ask(request, abort.signal), timeLimitMs, late);
  if (ok) return { begunAt, ...readMinted(text, request, status) };
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = readRetryAfter(headers.get('retry-after'), headers.get('date'));
    throw unavailable(`status ${status}`, { ...(retryAfterSeconds !== null && { retryAfterSeconds }) });
  }
  if (status === 404) {
    throw new ToriiConfigError(
      'template',
      `Torii has no token template \`${loggable(request.template)}\` in this environment. Correct the name, or create the template in your dashboard.`,
    );
  }
  // Clock tolerance let the token pass here, but not at Torii.
  if (status === 401 && Date.now() >= request.auth.expiresAt * 1000) return null;
  throw refusal(status, text);
}

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly text: string;
}

async function ask({ auth, token, template, publishableKey }: TemplateRequest, signal: AbortSignal): Promise<Answer> {
  try {
    // Do not follow a redirect: it would send the token to another URL. `redirect: 'error'` throws on Cloudflare Workers.
    const answer = await fetchFresh(`${issuerOf(auth)}${path}?template=${encodeURIComponent(template)}`, {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}`, 'X-API-Key': publishableKey },
      redirect: 'manual',
      signal,
    });
    const { status, ok, headers } = answer;
    return { status, ok, headers, text: await readText(answer) };
  } catch (thrown) {
    throw unavailable('no answer', { cause: loggableCause(thrown) });
  }
}

// A token has one of the configured issuers. Only a trailing slash may differ.
function issuerOf({ issuer }: Auth<object>): string {
  return String(issuer).replace(/\/$/, '');
}

/** Empty if the body is too large. */
async function readText({ body, headers }: Response): Promise<string> {
  const limited = limitBody(body, headers, maxAnswerBytes);
  if (limited === null || limited === 'too large') {
    await body?.cancel();
    return '';
  }
  try {
    return await new Response(limited.body).text();
  } catch (error) {
    if (limited.isOver()) return '';
    throw error;
  }
}

function readMinted(
  text: string,
  { auth, token: own }: TemplateRequest,
  status: number,
): Pick<Minted, 'token' | 'usableMs'> {
  const { accessToken: token, expiresInSeconds } = jsonOf(text);
  const isToken = typeof token === 'string' && token.length <= maxTokenLength && /^[\w.~+/-]+=*$/.test(token);
  const claims = isToken ? claimsOf(token) : {};
  // A cache in between could mix up the answers of two users. The user's own token must not go to a third party.
  const isFitting = token !== own && (claims['sub'] === undefined || claims['sub'] === auth.userId);
  if (!isToken || !isFitting) throw unusable('response_malformed', status);
  return { token, usableMs: usableMsOf(claims, expiresInSeconds) };
}

// From durations alone, because the clocks of this machine and of the issuer differ. 0 if the token does not say when it ends.
function usableMsOf({ iat, exp }: Readonly<Record<string, unknown>>, expiresInSeconds: unknown): number {
  const claimed = typeof iat === 'number' && typeof exp === 'number' ? exp - iat : undefined;
  const lifetimes = [claimed, expiresInSeconds].filter((each) => typeof each === 'number');
  if (lifetimes.length === 0) return 0;
  const seconds = Math.min(...lifetimes);
  return 1000 * (seconds - Math.min(30, seconds / 4));
}

/** The claims of a token that is not verified here: it is for another service. Empty if it is not a JWT. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1] ?? '';
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
      each.charCodeAt(0),
    );
    return jsonOf(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function unavailable(
  problem: string,
  options: ErrorOptions & { retryAfterSeconds?: number } = {},
): ToriiUnavailableError {
  return new ToriiUnavailableError(
    'token_unavailable',
    `Torii could not be asked for the token of a template: ${problem}.`,
    options,
  );
}

function refusal(status: number, text: string): ToriiApiError {
  // 0 in browsers and some runtimes.
  if (status < 400) return unusable('redirect_refused', status);
  const { code: given, properties } = jsonOf(text);
  const code = given ?? Reflect.get(Object(properties), 'code');
  const remedy =
    status === 401
      ? " The user's session at Torii may have ended, or `publishableKey` belongs to another environment."
      : '';
  return new ToriiApiError(`Torii refused to make the token of a template: status ${status}.${remedy}`, {
    ...call,
    status,
    code: typeof code === 'string' && /^\w{1,99}$/.test(code) && loggable(code) === code ? code : 'unknown',
  });
}

// With a status of its own: with the received one, such as 200, a framework would answer its caller with a success.
function unusable(code: 'redirect_refused' | 'response_malformed', status: number): ToriiApiError {
  const problem =
    code === 'redirect_refused'
      ? 'was a redirect, which is not followed'
      : 'did not contain a token of the template for this user';
  return new ToriiApiError(`Torii answered with ${status}, but the response ${problem}.`, {
    ...call,
    status: 502,
    code,
  });
}

const call = { method: 'POST', path, attempts: 1 } as const satisfies Partial<ApiAnswer>;
