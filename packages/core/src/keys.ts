import { ToriiAuthError, ToriiUnavailableError } from './errors.ts';
import { type EventListener, withDetail } from './events.ts';
import { FetchBudget } from './fetch-budget.ts';
import { elapsedMs, type Instant, instantNow } from './instant.ts';
import { KeySetError, type KeysById, parseKeySet, type SetKey } from './jwks.ts';

/** A `fetch` as the platform has it. */
export type Fetch = typeof globalThis.fetch;

/** Where the keys of one issuer come from. */
export interface KeySource {
  /** The key, where that can be said at once: without waiting, and without renewing. */
  peek(kid: string): SetKey | undefined;
  /**
   * The key, whatever it takes.
   *
   * @throws ToriiAuthError `key_unknown`
   * @throws ToriiUnavailableError `keys_unavailable`
   */
  find(kid: string, maxStaleMs: number, emit: EventListener): Promise<SetKey>;
}

const renewAfterMs = 4 * 60_000;
const oldAfterMs = 5 * 60_000;
const fetchTimeoutMs = 5_000;
const maxBytes = 512 * 1024;
/** Requests that may wait for one fetch. Beyond it something is wrong, and memory is not the place to keep it. */
const maxWaiting = 10_000;
/** After a failed fetch: how soon to try again, and how long that failure excuses using old keys without trying first. */
const retryAfterMs = 1_000;
const excusedForMs = 60_000;
/** After a search for an unknown key that found nothing: how long a further one is doubted, and how. */
const doubtMs = 9_000;
const gatherMs = 200;
const maxGathered = 8;

interface PendingFetch {
  readonly done: Promise<void>;
  readonly begunAt: Instant;
  waiting: number;
}

/** The keys of one URL: fetched when they are needed, renewed in time, and shared by every verifier that uses the URL. */
export class RemoteKeySet implements KeySource {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #budget: FetchBudget = new FetchBudget();
  #keys: KeysById | undefined;
  #fetchedAt: Instant | undefined;
  #failedAt: Instant | undefined;
  #searchedInVainAt: Instant | undefined;
  #pending: PendingFetch | undefined;
  #crowd: { readonly isSmall: Promise<boolean>; size: number } | undefined;

  constructor(url: string, fetch: Fetch) {
    this.#url = url;
    this.#fetch = fetch;
  }

  peek(kid: string): SetKey | undefined {
    return this.#ageMs() < renewAfterMs ? this.#keys?.get(kid) : undefined;
  }

  async find(kid: string, maxStaleMs: number, emit: EventListener): Promise<SetKey> {
    const age = this.#ageMs();
    let wasRenewed = false;
    if (age >= oldAfterMs && !this.#isExcused(age, maxStaleMs)) wasRenewed = await this.#renew(maxStaleMs, emit);
    else if (age >= renewAfterMs) void this.#renew(maxStaleMs, emit);

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

  #usableKeys(maxStaleMs: number): KeysById | undefined {
    return this.#ageMs() < Math.max(oldAfterMs, maxStaleMs) ? this.#keys : undefined;
  }

  // In an outage the first request finds out, and those of the next minute need not wait for the same.
  #isExcused(age: number, maxStaleMs: number): boolean {
    return age < maxStaleMs && this.#failedAt !== undefined && elapsedMs(this.#failedAt) < excusedForMs;
  }

  /**
   * Fetches the set, or waits for whoever is fetching it. Never rejects: the keys and `#failedAt` tell how it went.
   * False where no fetch was to be had.
   */
  async #renew(maxStaleMs: number, emit: EventListener): Promise<boolean> {
    const pending = this.#pending;
    // A fetch far older than its time limit died with the request that began it, as happens in edge runtimes.
    if (pending !== undefined && elapsedMs(pending.begunAt) < fetchTimeoutMs + 1_000) {
      if (pending.waiting >= maxWaiting) return false;
      pending.waiting += 1;
      await pending.done;
      return true;
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
    try {
      const keys = parseKeySet(await fetchJson(this.#url, this.#fetch), this.#keys);
      this.#keys = keys;
      this.#fetchedAt = begunAt;
      this.#failedAt = undefined;
      emit({ type: 'keys_fetched', url: this.#url, kids: [...keys.keys()], durationMs: elapsedMs(begunAt) });
    } catch (error) {
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
  async #search(kid: string, maxStaleMs: number, emit: EventListener): Promise<SetKey | undefined> {
    const isDoubted = this.#searchedInVainAt !== undefined && elapsedMs(this.#searchedInVainAt) < doubtMs;
    const isBelieved = !isDoubted || (await this.#isOneOfFew());
    if (!isBelieved || !(await this.#renew(maxStaleMs, emit))) {
      emit({ type: 'key_search_limited', url: this.#url });
      return undefined;
    }
    const key = this.#usableKeys(maxStaleMs)?.get(kid);
    if (key === undefined) this.#searchedInVainAt = instantNow();
    return key;
  }

  async #isOneOfFew(): Promise<boolean> {
    this.#crowd ??= { isSmall: this.#countCrowd(), size: 0 };
    this.#crowd.size += 1;
    return this.#crowd.size <= maxGathered && this.#crowd.isSmall;
  }

  async #countCrowd(): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    const size = this.#crowd?.size ?? 0;
    this.#crowd = undefined;
    return size <= maxGathered;
  }

  #refusal(kid: string, maxStaleMs: number): ToriiAuthError | ToriiUnavailableError {
    const keys = this.#usableKeys(maxStaleMs);
    // While the endpoint fails nobody can say that the key does not exist: that is our trouble, not a bad token.
    if (keys === undefined || keys.size === 0 || this.#failedAt !== undefined) {
      const retryAfterSeconds = Math.max(this.#retryInMs(), this.#budget.waitMs()) / 1000;
      return new ToriiUnavailableError(
        'keys_unavailable',
        'The keys that verify tokens cannot be fetched at the moment.',
        {
          retryAfterSeconds,
        },
      );
    }
    return unknownKey(kid);
  }

  #retryInMs(): number {
    return this.#failedAt === undefined ? 0 : Math.max(0, retryAfterMs - elapsedMs(this.#failedAt));
  }
}

/** Keys from the configuration: no network, and nothing shared with anybody. */
export class FixedKeySet implements KeySource {
  readonly #keys: KeysById;

  /** @throws KeySetError for a set that is none, holds a private key, or has no key for ES256 */
  constructor(set: unknown) {
    this.#keys = parseKeySet(set);
    if (this.#keys.size === 0) throw new KeySetError('the key set has no key for ES256 with an id of its own');
  }

  peek(kid: string): SetKey | undefined {
    return this.#keys.get(kid);
  }

  async find(kid: string): Promise<SetKey> {
    const key = this.#keys.get(kid);
    if (key === undefined) throw unknownKey(kid);
    return key;
  }
}

const maxShared = 1_000;
// By fetch function too: one that a test or a proxy provides must not fill the cache of another.
const shared = new WeakMap<Fetch, Map<string, RemoteKeySet>>();
// Looked up at each call, so that a `fetch` which is replaced or instrumented later is the one that is used.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

/** The key set of a URL, one for each fetch function in the process. */
export function keySetFor(url: string, fetch: Fetch = platformFetch): RemoteKeySet {
  const sets = shared.get(fetch) ?? new Map<string, RemoteKeySet>();
  shared.set(fetch, sets);
  const set = sets.get(url) ?? new RemoteKeySet(url, fetch);
  // Moved to the end, so that the first one is the one longest unused. Whoever holds it goes on using it.
  sets.delete(url);
  sets.set(url, set);
  for (const oldest of sets.keys()) if (sets.size > maxShared) sets.delete(oldest);
  return set;
}

function unknownKey(kid: string): ToriiAuthError {
  return withDetail(
    new ToriiAuthError('key_unknown', 'The token is signed with a key that the issuer does not publish.'),
    { kid },
  );
}

/** One GET, bounded in time and size, that follows nothing. */
async function fetchJson(url: string, fetch: Fetch): Promise<unknown> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new KeySetError(`no answer within ${fetchTimeoutMs / 1000} s`));
      abort.abort();
    }, fetchTimeoutMs);
  });
  try {
    // The race, since a `fetch` from outside may not heed the signal.
    return await Promise.race([readJson(url, fetch, abort.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function readJson(url: string, fetch: Fetch, signal: AbortSignal): Promise<unknown> {
  // 'manual', not 'error': the latter throws on workerd for every URL.
  const response = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'manual', signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new KeySetError(`the key endpoint answered ${response.status}`);
  }
  const text = await readText(response);
  try {
    return JSON.parse(text);
  } catch {
    throw new KeySetError('the answer is not JSON');
  }
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read()) {
    size += chunk.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw new KeySetError(`the answer is larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}
