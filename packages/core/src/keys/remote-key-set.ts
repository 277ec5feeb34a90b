import { ToriiAuthError, ToriiUnavailableError } from '../errors.ts';
import { loggable, type VerifierEventListener, withDetail } from '../events.ts';
import { raceDeadline } from '../time/deadline.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { Crowd } from './crowd.ts';
import { FetchBudget } from './fetch-budget.ts';
import { KeySetError, type SetKey } from './jwks.ts';
import { type Fetch, fetchKeySet, fetchTimeoutMs } from './key-endpoint.ts';

export interface KeySource<Key = SetKey> {
  peek(kid: string): Key | undefined;
  find(kid: string, maxStaleMs: number, emit: VerifierEventListener): Promise<Key>;
}

const refreshAfterMs = 4 * 60_000;
const staleAfterMs = 5 * 60_000;
const maxWaiting = 10_000;
const retryDelayMs = 1_000;
const skipFetchMs = 60_000;
const suspicionMs = 8_000;
// A key fetch that takes longer than this is treated as dead: edge runtimes cancel a fetch without notice when the request
// that started it ends.
const deadAfterMs = fetchTimeoutMs + 1_000;

interface PendingFetch {
  readonly done: Promise<void>;
  readonly begunAt: Instant;
  waiting: number;
}

export type ParseKeySet<Key> = (
  answer: unknown,
  previous: ReadonlyMap<string, Key> | undefined,
) => ReadonlyMap<string, Key>;

export class RemoteKeySet<Key = SetKey> implements KeySource<Key> {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #parse: ParseKeySet<Key>;
  readonly #budget: FetchBudget = new FetchBudget();
  readonly #suspicious: Crowd = new Crowd();
  #keys: ReadonlyMap<string, Key> | undefined;
  #fetchedAt: Instant | undefined;
  #failedAt: Instant | undefined;
  #emptySearchAt: Instant | undefined;
  #pending: PendingFetch | undefined;
  #begun = 0;
  #settled = 0;

  constructor(url: string, fetch: Fetch, parse: ParseKeySet<Key>) {
    this.#url = url;
    this.#fetch = fetch;
    this.#parse = parse;
  }

  peek(kid: string): Key | undefined {
    return this.#ageMs() < refreshAfterMs ? this.#keys?.get(kid) : undefined;
  }

  async find(kid: string, maxStaleMs: number, emit: VerifierEventListener): Promise<Key> {
    const age = this.#ageMs();
    let wasRefreshed = false;
    if (age >= staleAfterMs && !this.#mayUseStale(age, maxStaleMs)) {
      wasRefreshed = await this.#refresh(maxStaleMs, emit);
      // Do not use the stale keys: the issuer may have withdrawn one of them.
      if (!wasRefreshed) throw this.#unavailable();
    } else if (age >= refreshAfterMs && this.#pending === undefined) {
      // Refresh in the background. If an edge runtime cancels this fetch, `#pending` stays set, so no other background
      // refresh starts: a request has to await the next refresh.
      void this.#refresh(maxStaleMs, emit);
    }

    const keys = this.#usableKeys(maxStaleMs);
    const key = keys?.get(kid);
    if (key !== undefined) return key;
    const found = keys === undefined || wasRefreshed ? undefined : await this.#search(kid, maxStaleMs, emit);
    if (found !== undefined) return found;
    throw this.#refusal(kid, maxStaleMs);
  }

  #ageMs(): number {
    return this.#fetchedAt === undefined ? Number.POSITIVE_INFINITY : elapsedMs(this.#fetchedAt);
  }

  #usableKeys(maxStaleMs: number): ReadonlyMap<string, Key> | undefined {
    return this.#ageMs() < Math.max(staleAfterMs, maxStaleMs) ? this.#keys : undefined;
  }

  #mayUseStale(age: number, maxStaleMs: number): boolean {
    return age < maxStaleMs && this.#failedAt !== undefined && elapsedMs(this.#failedAt) < skipFetchMs;
  }

  #isFetching(): boolean {
    return this.#pending !== undefined && elapsedMs(this.#pending.begunAt) < deadAfterMs;
  }

  // Fetches the key set, or waits for the current fetch. Never rejects. Resolves with `false` if a rate limit, a retry
  // delay or too many waiting requests prevent a fetch.
  async #refresh(maxStaleMs: number, emit: VerifierEventListener): Promise<boolean> {
    const pending = this.#pending;
    if (pending !== undefined && this.#isFetching()) {
      if (pending.waiting >= maxWaiting) return false;
      pending.waiting += 1;
      const settled = this.#settled;
      const leftMs = deadAfterMs - elapsedMs(pending.begunAt);
      // In Cloudflare Workers, this promise can reject if it belongs to a request that has ended. Treat that fetch as dead.
      const done = pending.done.then(() => true);
      if (await raceDeadline(done, leftMs, () => false).catch(() => false)) return true;
      // An edge runtime may have canceled the fetch. The first waiting request that notices starts a new fetch, and the
      // others wait for the new one.
      if (this.#settled > settled) return true;
      if (this.#pending === pending) this.#pending = undefined;
      return this.#refresh(maxStaleMs, emit);
    }
    if (this.#retryInMs() > 0 || !this.#budget.take()) return false;
    const mine: PendingFetch = { done: this.#load(maxStaleMs, emit), begunAt: instantNow(), waiting: 1 };
    this.#pending = mine;
    await mine.done;
    if (this.#pending === mine) this.#pending = undefined;
    return true;
  }

  async #load(maxStaleMs: number, emit: VerifierEventListener): Promise<void> {
    const begunAt = instantNow();
    this.#begun += 1;
    const turn = this.#begun;
    // Ignore a response if a newer fetch has already finished: the older keys could include a withdrawn key.
    const isLate = (): boolean => turn < this.#settled;
    try {
      const answer = await fetchKeySet(this.#url, this.#fetch);
      if (isLate()) return;
      const keys = this.#parse(answer, this.#keys);
      this.#settled = turn;
      this.#keys = keys;
      this.#fetchedAt = begunAt;
      this.#failedAt = undefined;
      emit({
        type: 'keys_fetched',
        url: this.#url,
        kids: [...keys.keys()].filter(Boolean).map(loggable),
        durationMs: elapsedMs(begunAt),
      });
    } catch (error) {
      if (isLate()) return;
      this.#settled = turn;
      this.#failedAt = instantNow();
      const problem = error instanceof KeySetError ? error.message : 'the connection failed';
      emit({ type: 'keys_failed', url: this.#url, problem, usable: this.#usableKeys(maxStaleMs) !== undefined });
    }
  }

  // Fetches the key set to look for an unknown key. After a search without result, the next searches are delayed, and too
  // many at once cause no fetch: attackers can send tokens with made-up key ids.
  async #search(kid: string, maxStaleMs: number, emit: VerifierEventListener): Promise<Key | undefined> {
    const begunAt = instantNow();
    const isSuspicious = this.#emptySearchAt !== undefined && elapsedMs(this.#emptySearchAt) < suspicionMs;
    const maySearch = !isSuspicious || (await this.#suspicious.isSmall());
    if (!maySearch || !(await this.#refresh(maxStaleMs, emit))) {
      emit({ type: 'key_search_limited', url: this.#url });
      return undefined;
    }
    const key = this.#usableKeys(maxStaleMs)?.get(kid);
    // Measure from the start of the search: otherwise a slow endpoint would prolong the delay of later searches.
    if (key === undefined) this.#emptySearchAt = begunAt;
    return key;
  }

  #refusal(kid: string, maxStaleMs: number): ToriiAuthError | ToriiUnavailableError {
    const keys = this.#usableKeys(maxStaleMs);
    // If the last fetch failed, the issuer may have published the key in the meantime. Answer 503 instead of 401, so that
    // the caller retries.
    if (keys === undefined || keys.size === 0 || this.#failedAt !== undefined) return this.#unavailable();
    return unknownKey(kid);
  }

  #unavailable(): ToriiUnavailableError {
    const retryAfterSeconds = Math.max(this.#retryInMs(), this.#budget.waitMs()) / 1000;
    const message = 'The keys to verify tokens cannot be fetched at the moment.';
    return new ToriiUnavailableError('keys_unavailable', message, { retryAfterSeconds });
  }

  #retryInMs(): number {
    return this.#failedAt === undefined ? 0 : Math.max(0, retryDelayMs - elapsedMs(this.#failedAt));
  }
}

export function unknownKey(kid: string): ToriiAuthError {
  const message = 'The token is signed with a key that the issuer does not publish.';
  return withDetail(new ToriiAuthError('key_unknown', message), { kid });
}
