import { ToriiAuthError, ToriiUnavailableError } from '../errors.ts';
import { type EventListener, withDetail } from '../events.ts';
import { raceDeadline } from '../time/deadline.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { Crowd } from './crowd.ts';
import { FetchBudget } from './fetch-budget.ts';
import { KeySetError, type SetKey } from './jwks.ts';
import { type Fetch, fetchKeySet, fetchTimeoutMs } from './key-endpoint.ts';

/** Where the keys of one issuer come from. */
export interface KeySource<Key = SetKey> {
  /** The key, where that can be said at once: without waiting, and without renewing. */
  peek(kid: string): Key | undefined;
  /**
   * The key, whatever it takes.
   *
   * @throws ToriiAuthError `key_unknown`
   * @throws ToriiUnavailableError `keys_unavailable`
   */
  find(kid: string, maxStaleMs: number, emit: EventListener): Promise<Key>;
}

const renewAfterMs = 4 * 60_000;
const oldAfterMs = 5 * 60_000;
/** Requests that may wait for one fetch. Beyond it something is wrong, and memory is not the place to keep it. */
const maxWaiting = 10_000;
/** After a failed fetch: how soon to try again, and how long that failure excuses using old keys without trying first. */
const retryAfterMs = 1_000;
const excusedForMs = 60_000;
/** How long after a search that found nothing a further unknown key is doubted. */
const doubtMs = 8_000;
/** A fetch that old died with the request that began it, as happens in edge runtimes. */
const deadAfterMs = fetchTimeoutMs + 1_000;

interface PendingFetch {
  readonly done: Promise<void>;
  readonly begunAt: Instant;
  waiting: number;
}

/**
 * The keys in an answer by id, with those of the answer before at hand.
 *
 * @throws KeySetError for what is not a key set to be used
 */
export type ParseKeySet<Key> = (
  answer: unknown,
  previous: ReadonlyMap<string, Key> | undefined,
) => ReadonlyMap<string, Key>;

/** The keys of one URL: fetched when they are needed, renewed in time, and shared by every verifier that uses the URL. */
export class RemoteKeySet<Key = SetKey> implements KeySource<Key> {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #parse: ParseKeySet<Key>;
  readonly #budget: FetchBudget = new FetchBudget();
  readonly #doubted: Crowd = new Crowd();
  #keys: ReadonlyMap<string, Key> | undefined;
  #fetchedAt: Instant | undefined;
  #failedAt: Instant | undefined;
  #searchedInVainAt: Instant | undefined;
  #pending: PendingFetch | undefined;
  #begun = 0;
  #settled = 0;

  constructor(url: string, fetch: Fetch, parse: ParseKeySet<Key>) {
    this.#url = url;
    this.#fetch = fetch;
    this.#parse = parse;
  }

  peek(kid: string): Key | undefined {
    return this.#ageMs() < renewAfterMs ? this.#keys?.get(kid) : undefined;
  }

  async find(kid: string, maxStaleMs: number, emit: EventListener): Promise<Key> {
    const age = this.#ageMs();
    let wasRenewed = false;
    if (age >= oldAfterMs && !this.#isExcused(age, maxStaleMs)) {
      wasRenewed = await this.#renew(maxStaleMs, emit);
      // Nobody looked whether the old keys are still good: then they are not used.
      if (!wasRenewed) throw this.#unavailable();
      // Where one died that nobody waited for, the next would too: then it is left to a request that waits.
    } else if (age >= renewAfterMs && this.#pending === undefined) void this.#renew(maxStaleMs, emit);

    const keys = this.#usableKeys(maxStaleMs);
    const key = keys?.get(kid);
    if (key !== undefined) return key;
    // A set that was fetched while this request waited is as good an answer as a search would get.
    const found = keys === undefined || wasRenewed ? undefined : await this.#search(kid, maxStaleMs, emit);
    if (found !== undefined) return found;
    throw this.#refusal(kid, maxStaleMs);
  }

  #ageMs(): number {
    return this.#fetchedAt === undefined ? Number.POSITIVE_INFINITY : elapsedMs(this.#fetchedAt);
  }

  #usableKeys(maxStaleMs: number): ReadonlyMap<string, Key> | undefined {
    return this.#ageMs() < Math.max(oldAfterMs, maxStaleMs) ? this.#keys : undefined;
  }

  // In an outage the first request finds out, and those of the next minute need not wait for the same.
  #isExcused(age: number, maxStaleMs: number): boolean {
    return age < maxStaleMs && this.#failedAt !== undefined && elapsedMs(this.#failedAt) < excusedForMs;
  }

  #isFetching(): boolean {
    return this.#pending !== undefined && elapsedMs(this.#pending.begunAt) < deadAfterMs;
  }

  /**
   * Fetches the set, or waits for whoever is fetching it. Never rejects: the keys and `#failedAt` tell how it went.
   * False where no fetch was to be had.
   */
  async #renew(maxStaleMs: number, emit: EventListener): Promise<boolean> {
    const pending = this.#pending;
    if (pending !== undefined && this.#isFetching()) {
      if (pending.waiting >= maxWaiting) return false;
      pending.waiting += 1;
      const settled = this.#settled;
      const leftMs = deadAfterMs - elapsedMs(pending.begunAt);
      // Workers throw if one request awaits what another began and that request has ended.
      const done = pending.done.then(() => true);
      if (await raceDeadline(done, leftMs, () => false).catch(() => false)) return true;
      // It died. The first to notice begins another, and the rest wait for that one or find its answer.
      if (this.#settled > settled) return true;
      if (this.#pending === pending) this.#pending = undefined;
      return this.#renew(maxStaleMs, emit);
    }
    if (this.#retryInMs() > 0 || !this.#budget.take()) return false;
    const mine: PendingFetch = { done: this.#load(maxStaleMs, emit), begunAt: instantNow(), waiting: 1 };
    this.#pending = mine;
    await mine.done;
    if (this.#pending === mine) this.#pending = undefined;
    return true;
  }

  async #load(maxStaleMs: number, emit: EventListener): Promise<void> {
    const begunAt = instantNow();
    this.#begun += 1;
    const turn = this.#begun;
    // An answer that comes after that of a later fetch is older than what we know: it could bring a withdrawn key back.
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
        kids: [...keys.keys()].filter(Boolean),
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

  /**
   * Looks again for a key that the set lacks. A first such token is believed, and fetched for at once: it is what a
   * rotation looks like. After a search in vain, tokens are held for a moment and counted. A few may be a rotation; a
   * crowd is a flood, and is turned away until the next search is due anyway.
   */
  async #search(kid: string, maxStaleMs: number, emit: EventListener): Promise<Key | undefined> {
    const begunAt = instantNow();
    const isDoubted = this.#searchedInVainAt !== undefined && elapsedMs(this.#searchedInVainAt) < doubtMs;
    const isBelieved = !isDoubted || (await this.#doubted.isSmall());
    if (!isBelieved || !(await this.#renew(maxStaleMs, emit))) {
      emit({ type: 'key_search_limited', url: this.#url });
      return undefined;
    }
    const key = this.#usableKeys(maxStaleMs)?.get(kid);
    // From the beginning of the search: a slow endpoint must not put the next one off.
    if (key === undefined) this.#searchedInVainAt = begunAt;
    return key;
  }

  #refusal(kid: string, maxStaleMs: number): ToriiAuthError | ToriiUnavailableError {
    const keys = this.#usableKeys(maxStaleMs);
    // While the endpoint fails nobody can say that the key does not exist: that is our trouble, not a bad token.
    if (keys === undefined || keys.size === 0 || this.#failedAt !== undefined) return this.#unavailable();
    return unknownKey(kid);
  }

  #unavailable(): ToriiUnavailableError {
    const retryAfterSeconds = Math.max(this.#retryInMs(), this.#budget.waitMs()) / 1000;
    const message = 'The keys that verify tokens cannot be fetched at the moment.';
    return new ToriiUnavailableError('keys_unavailable', message, { retryAfterSeconds });
  }

  #retryInMs(): number {
    return this.#failedAt === undefined ? 0 : Math.max(0, retryAfterMs - elapsedMs(this.#failedAt));
  }
}

export function unknownKey(kid: string): ToriiAuthError {
  const message = 'The token is signed with a key that the issuer does not publish.';
  return withDetail(new ToriiAuthError('key_unknown', message), { kid });
}
