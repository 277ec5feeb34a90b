import { type ApiAnswer, type Auth, ToriiApiError, ToriiConfigError, ToriiUnavailableError } from '@torii/core';
import type { AuthAndToken } from '@torii/core/adapter';
import {
  elapsedMs,
  type Instant,
  instantNow,
  loggable,
  loggableCause,
  raceDeadline,
  readRetryAfter,
  wallMs,
} from '@torii/core/internal';
import { readText } from '../issuer/body-limit.ts';
import { fetchFresh } from '../issuer/fresh-fetch.ts';
import { readUnverifiedClaims } from '../unverified-claims.ts';
import { KeptTokens, type Minted } from './kept-tokens.ts';

/** A user's token, and the template of the token that is wanted in its place. */
export interface TemplateRequest extends AuthAndToken {
  readonly template: string;
  readonly publishableKey: string;
}

export interface TemplateTokens {
  /** `null` if the user's token has expired by now. */
  get(request: TemplateRequest): Promise<string | null>;
}

const path = '/_torii/auth/session/token';
const timeLimitMs = 5_000;
/** A request that takes this much longer than its time limit was paused or canceled. */
const graceMs = 1_000;
/** The process may be paused again. */
const maxAttempts = 3;
const maxAnswerBytes = 64 * 1024;
const maxTokenLength = 16_384;

interface Pending {
  readonly begunAt: Instant;
  readonly minting: Promise<Minted | null>;
}

export function createTemplateTokens(): TemplateTokens {
  const kept = new KeptTokens();
  const pending = new Map<string, Pending>();

  return {
    async get(request) {
      // The whole token: a part of it could be the same for two users. The name of a template contains no line break.
      const key = `${request.template}\n${request.token}`;
      for (let attempt = 1; ; attempt++) {
        const known = kept.get(key);
        if (known !== undefined) return known.token;
        const found = pending.get(key);
        const begun = found !== undefined && !isOver(found.begunAt) ? found : begin(key, request);
        const isLast = attempt === maxAttempts;
        try {
          const minted = await waitFor(begun);
          if (minted === null) return null;
          if (minted !== undefined && !isStale(minted)) return minted.token;
          if (isLast) late();
        } catch (error) {
          if (isLast || !(error instanceof ToriiUnavailableError) || !wasPaused(begun)) throw error;
        }
      }
    },
  };

  function begin(key: string, request: TemplateRequest): Pending {
    // A canceled request never ends. Forget those that are over.
    for (const [old, { begunAt }] of pending) {
      if (!isOver(begunAt)) break;
      pending.delete(old);
    }
    const begunAt = instantNow();
    const begun = { begunAt, minting: mint(request, begunAt) };
    pending.set(key, begun);
    const end = () => {
      if (pending.get(key) === begun) pending.delete(key);
    };
    begun.minting.then((minted) => {
      end();
      if (minted !== null) kept.add(key, minted);
    }, end);
    return begun;
  }
}

// Each caller waits by its own timer: edge runtimes can cancel the request that began this, with its timers. Then it does not end
// at its time limit, and the result is `undefined`.
function waitFor({ begunAt, minting }: Pending): Promise<Minted | null | undefined> {
  return raceDeadline(minting, Math.max(0, timeLimitMs + graceMs - elapsedMs(begunAt)), () => undefined);
}

function isOver(begunAt: Instant): boolean {
  return elapsedMs(begunAt) >= timeLimitMs;
}

/** Whether the token may have ended on its way here, because the process was paused. */
function isStale({ begunAt, usableMs }: Minted): boolean {
  return isOver(begunAt) && elapsedMs(begunAt) >= usableMs;
}

/** Whether the process was paused, so that a failure may be due to the pause. */
function wasPaused({ begunAt }: Pending): boolean {
  return elapsedMs(begunAt) >= timeLimitMs + graceMs;
}

function late(): never {
  throw unavailable(`no answer within ${timeLimitMs} ms`);
}

async function mint(request: TemplateRequest, begunAt: Instant): Promise<Minted | null> {
  const abort = new AbortController();
  const answer = raceDeadline(ask(request, abort.signal), timeLimitMs, () => {
    abort.abort();
    return late();
  });
  const { status, ok, headers, text } = await answer;
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
  if (status === 401 && wallMs() >= request.auth.expiresAt * 1000) return null;
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
    return { status, ok, headers, text: (await readText(answer, maxAnswerBytes)) ?? '' };
  } catch (thrown) {
    throw unavailable('no answer', { cause: loggableCause(thrown) });
  }
}

// A token has one of the configured issuers. Only a trailing slash may differ.
function issuerOf({ issuer }: Auth<object>): string {
  return String(issuer).replace(/\/$/, '');
}

function readMinted(
  text: string,
  { auth, token: own }: TemplateRequest,
  status: number,
): Pick<Minted, 'token' | 'usableMs'> {
  const { accessToken: token, expiresInSeconds } = jsonOf(text);
  const isToken = typeof token === 'string' && token.length <= maxTokenLength && /^[\w.~+/-]+=*$/.test(token);
  const claims = (isToken ? readUnverifiedClaims(token) : undefined) ?? {};
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
  // A redirect. In browsers and some runtimes, its status is 0.
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

// Has the status 502, not the received one: a framework would send that to its own caller, and it may be 200.
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
