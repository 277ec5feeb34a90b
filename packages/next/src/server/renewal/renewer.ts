import {
  type Auth,
  type TokenVerifier,
  ToriiAuthError,
  ToriiUnavailableError,
  type VerifierEventListener,
} from '@torii/core';
import {
  elapsedMs,
  type Instant,
  innermostProblem,
  instantNow,
  loggable,
  loggableCause,
  pause,
  raceDeadline,
  startTimer,
  wallMs,
} from '@torii/core/internal';
import { readText } from '../issuer/body-limit.ts';
import { fetchFresh } from '../issuer/fresh-fetch.ts';
import { cookieLinesForBrowser } from '../issuer/issuer-cookies.ts';
import { placeSession, type SealedSession } from '../issuer/session-cookie.ts';
import { type TokenCookie, writeTokenCookie } from '../token-cookie.ts';
import { readAccessToken, renewalPath, renewalRequest } from './provisional-request.ts';
import { failureOf, minPauseMs, RenewalFailure, unavailable } from './renewal-failure.ts';

/** How long a page load waits for the issuer. */
const timeLimitMs = 3_000;
const maxResponseBytes = 64 * 1024;
/** The requests to the issuer at a time. Others of the app's requests continue without a renewal. */
const maxRunning = 50;
/** How long a result is kept for requests that the browser sent with the same session cookie. */
const keptMs = 10_000;
const maxKept = 1_000;
const maxPauseMs = 10_000;
/** The longest pause that `Retry-After` can ask for. */
const maxRetryAfterMs = 60_000;

interface RenewerSettings {
  readonly upstream: string;
  readonly cookie: TokenCookie;
  readonly verifier: TokenVerifier<object>;
  readonly emit: VerifierEventListener;
}

export interface RenewedToken {
  readonly value: string;
  readonly auth: Auth<object>;
}

export interface Renewal {
  /** The new token; `undefined` if the issuer gave none. */
  readonly token: RenewedToken | undefined;
  /** The `Set-Cookie` lines of the issuer, for the browser. */
  readonly lines: readonly string[];
}

interface Running {
  readonly begunAt: Instant;
  readonly done: Promise<Renewal>;
}

interface Kept {
  readonly begunAt: Instant;
  readonly renewal: Renewal;
}

export interface Caller {
  readonly userAgent: string | null;
  readonly hasBasePath: boolean;
  /** How long to wait before the request. */
  readonly delayMs: number;
}

/** The remaining lifetime of a token, in whole seconds. */
export function lifetimeOf({ expiresAt }: Auth<object>): number {
  return Math.floor(expiresAt - wallMs() / 1000);
}

export const nothing: Renewal = { token: undefined, lines: [] };

/** Asks the issuer for access tokens: once per session at a time, and rarely while the issuer fails. */
export class Renewer {
  readonly #settings: RenewerSettings;
  /** Renewals in progress, by the hash of the session cookie. */
  readonly #running = new Map<string, Running>();
  /** Results with cookies for the browser. */
  readonly #kept = new Map<string, Kept>();
  /** Failures of single sessions. Kept apart, because clients can cause any number of them with made-up sessions. */
  readonly #refused = new Map<string, Kept>();
  /** The failures in a row. Those of requests that ran at the same time count as one. */
  #failures = 0;
  #timer: unknown;
  #lastFailure: { readonly begunAt: Instant; readonly pauseMs: number } | undefined;

  constructor(settings: RenewerSettings) {
    this.#settings = settings;
  }

  /** Never rejects. */
  async renew(session: SealedSession, caller: Caller): Promise<Renewal> {
    this.#forgetOld();
    const isKnown = this.#running.has(session.seal) || this.#recent(session) !== undefined;
    // Wait before the renewal counts as running: otherwise, callers with revoked tokens could take the places of all others.
    if (!isKnown && caller.delayMs > 0) {
      await pause(caller.delayMs);
      this.#forgetOld();
    }
    const kept = this.#recent(session);
    if (kept !== undefined) return kept.renewal;
    const running = this.#running.get(session.seal) ?? this.#begin(session, caller);
    if (running === undefined) return nothing;
    // Each caller waits by its own timer: edge runtimes can cancel the request that began the renewal, with its timers.
    const leftMs = Math.max(0, timeLimitMs - elapsedMs(running.begunAt));
    return raceDeadline(running.done, leftMs, () => nothing).catch(() => nothing);
  }

  #recent({ seal }: SealedSession): Kept | undefined {
    return [this.#kept.get(seal), this.#refused.get(seal)].find(isRecent);
  }

  #begin(session: SealedSession, caller: Caller): Running | undefined {
    if (this.#running.size >= maxRunning || this.#isPaused()) return undefined;
    const begunAt = instantNow();
    const done = this.#settle(session, caller, begunAt, this.#failures);
    const running = { begunAt, done };
    this.#running.set(session.seal, running);
    return running;
  }

  // After a failure, one request at a time tries whether the issuer answers again.
  #isPaused(): boolean {
    if (this.#lastFailure === undefined) return false;
    const { begunAt, pauseMs } = this.#lastFailure;
    return elapsedMs(begunAt) < pauseMs || this.#running.size > 0;
  }

  // A renewal can outlast its time limit if the process was paused or the request was canceled. Some old results may remain,
  // because results are in the order in which they came.
  #forgetOld(): void {
    for (const [key, { begunAt }] of this.#running) {
      if (elapsedMs(begunAt) >= timeLimitMs) this.#running.delete(key);
      else break;
    }
    for (const results of [this.#kept, this.#refused]) {
      for (const [key, { begunAt }] of results) {
        if (elapsedMs(begunAt) < keptMs && results.size <= maxKept) break;
        results.delete(key);
      }
    }
  }

  async #settle(session: SealedSession, caller: Caller, begunAt: Instant, failuresBefore: number): Promise<Renewal> {
    const { emit } = this.#settings;
    const abort = new AbortController();
    try {
      const renewal = await raceDeadline(this.#ask(session, caller, abort.signal), timeLimitMs, () => {
        abort.abort();
        throw unavailable(`no response within ${timeLimitMs} ms`);
      });
      this.#lastFailure = undefined;
      this.#failures = 0;
      const { userId, environmentId } = renewal.token.auth;
      const safeEnvironmentId = environmentId === null ? null : loggable(environmentId);
      emit({ type: 'token_renewed', userId: loggable(userId), environmentId: safeEnvironmentId });
      // The browser may have sent other requests with the old session cookie. The issuer does not know it any longer.
      if (renewal.lines.length > 0) this.#keep(this.#kept, session, { begunAt, renewal });
      return renewal;
    } catch (thrown) {
      const failure = thrown instanceof RenewalFailure ? thrown : unavailable('', { cause: thrown });
      this.#note(failure, begunAt, failuresBefore);
      const cause = failure.cause === undefined ? undefined : loggableCause(failure.cause);
      const problem = failure.message || (cause === undefined ? 'unknown' : innermostProblem(cause));
      const url = loggable(this.#settings.upstream + renewalPath);
      emit({ type: 'renewal_failed', why: failure.why, url, problem, ...(cause !== undefined && { cause }) });
      const renewal = { token: undefined, lines: failure.lines };
      if (failure.lines.length > 0) this.#keep(this.#kept, session, { begunAt, renewal });
      else if (failure.why !== 'issuer_unavailable') this.#keep(this.#refused, session, { begunAt, renewal });
      return renewal;
    } finally {
      if (this.#running.get(session.seal)?.begunAt === begunAt) this.#running.delete(session.seal);
    }
  }

  #keep(results: Map<string, Kept>, { seal }: SealedSession, result: Kept): void {
    results.delete(seal);
    results.set(seal, result);
    this.#forgetLater();
  }

  // One timer for all results. In an edge runtime it may never fire. The next renewal then forgets the results.
  #forgetLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = startTimer(() => {
      this.#timer = undefined;
      this.#forgetOld();
      if (this.#kept.size + this.#refused.size > 0) this.#forgetLater();
    }, keptMs);
    // The timer must not keep a Node process alive.
    if (typeof this.#timer === 'object') (this.#timer as { unref?(): void }).unref?.();
  }

  #note({ pauseMs }: RenewalFailure, begunAt: Instant, failuresBefore: number): void {
    if (pauseMs === 0) {
      this.#lastFailure = undefined;
      this.#failures = 0;
      return;
    }
    if (failuresBefore !== this.#failures) return;
    const growingMs = Math.min(minPauseMs * 2 ** this.#failures, maxPauseMs);
    this.#failures += 1;
    this.#lastFailure = { begunAt, pauseMs: Math.max(growingMs, Math.min(pauseMs, maxRetryAfterMs)) };
  }

  async #ask(
    session: SealedSession,
    { userAgent, hasBasePath }: Caller,
    signal: AbortSignal,
  ): Promise<Renewal & { readonly token: RenewedToken }> {
    const { upstream, cookie, verifier } = this.#settings;
    const answer = await fetchFresh(upstream + renewalPath, {
      ...renewalRequest(session.pair, userAgent),
      redirect: 'manual',
      signal,
    });
    if (answer.status === 401) {
      discard(answer);
      // Leave it to the sign-in page to clear the session cookie: the browser may have got another one in the meantime.
      throw new RenewalFailure('session_ended', 'HTTP status 401');
    }
    if (answer.status < 200 || answer.status > 299) {
      discard(answer);
      throw failureOf(answer);
    }
    const places = { upstream, secure: cookie.secure, pathname: renewalPath, hasBasePath };
    const passedOn = answer.headers.getSetCookie().flatMap((line) => cookieLinesForBrowser(line, places));
    const lines = await placeSession(passedOn, new Headers(), { secure: cookie.secure, renewInProxy: true });
    const text = await readText(answer, maxResponseBytes);
    if (text === undefined) throw unavailable(`the response is larger than ${maxResponseBytes} bytes`);
    const token = readAccessToken(text);
    if (token === undefined) throw unavailable('the response contains no access token');
    let auth: Auth<object>;
    try {
      auth = await verifier.verify(token);
      // Throws if the token does not fit into a cookie.
      writeTokenCookie(cookie, token, lifetimeOf(auth));
    } catch (cause) {
      const isOutage = cause instanceof ToriiUnavailableError;
      const why = isOutage ? 'issuer_unavailable' : 'token_refused';
      const problem = cause instanceof ToriiAuthError ? cause.reason : '';
      throw new RenewalFailure(why, problem, { lines, cause, pauseMs: isOutage ? minPauseMs : 0 });
    }
    return { token: { value: token, auth }, lines };
  }
}

function isRecent(kept: Kept | undefined): kept is Kept {
  return kept !== undefined && elapsedMs(kept.begunAt) < keptMs;
}

/** Ends the connection of a response that is not read. */
function discard(answer: Response): void {
  answer.body?.cancel().catch(() => {});
}
