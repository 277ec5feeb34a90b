import { type ToriiAuthError, ToriiUnavailableError } from '../errors.ts';
import { refusal, type VerifierEventListener, withDetail } from '../events.ts';
import { innermostProblem, loggableCause } from '../logs/cause.ts';
import { loggable } from '../logs/loggable.ts';
import type { Fetch } from '../platform.ts';
import { isPromise } from '../promises/is-promise.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { type Patience, RemoteValue, TimeLimitError } from '../time/remote-value.ts';
import { Crowd } from './crowd.ts';
import { FetchBudget } from './fetch-budget.ts';
import { ignoredKeyReporter, KeySetError, type OnIgnored, type SetKey } from './jwks.ts';
import { fetchKeySet } from './key-endpoint.ts';

/** Who asks for a key: the settings of one verifier. */
export interface KeyCaller extends Patience {
  readonly emit: VerifierEventListener;
}

export interface KeySource<Key = SetKey> {
  peek(kid: string): Key | undefined;
  find(kid: string, caller: KeyCaller): Promise<Key>;
}

const renewAfterMs = 4 * 60_000;
const staleAfterMs = 5 * 60_000;
const suspicionMs = 8_000;

type Keys<Key> = ReadonlyMap<string, Key>;

export type ParseKeySet<Key> = (answer: unknown, onIgnored: OnIgnored, previous: Keys<Key> | undefined) => Keys<Key>;

export class RemoteKeySet<Key = SetKey> implements KeySource<Key> {
  readonly #set: RemoteValue<Keys<Key>, KeyCaller>;
  readonly #url: string;
  readonly #budget: FetchBudget = new FetchBudget();
  readonly #suspicious: Crowd = new Crowd();
  #emptySearchAt: Instant | undefined;

  constructor(url: string, fetch: Fetch, parse: ParseKeySet<Key>) {
    this.#url = url;
    this.#set = new RemoteValue<Keys<Key>, KeyCaller>({
      renewAfterMs,
      staleAfterMs,
      mayLoad: () => this.#budget.take(),
      load: async (signal, { emit }) =>
        parse(await fetchKeySet(url, fetch, signal), ignoredKeyReporter(emit, url), this.#set.latest),
      onLoaded(keys, durationMs, { emit }) {
        emit({ type: 'keys_fetched', url, kids: [...keys.keys()].filter(Boolean).map(loggable), durationMs });
      },
      onFailed: (thrown, caller) => {
        const usable = this.#set.usable(caller) !== undefined;
        caller.emit({ type: 'keys_failed', url, ...describeFailure(thrown), usable });
      },
    });
  }

  peek(kid: string): Key | undefined {
    return this.#set.peek()?.get(kid);
  }

  /** Whether the key set has been fetched, at any time. */
  get isKnown(): boolean {
    return this.#set.latest !== undefined;
  }

  renewInBackground(caller: KeyCaller): void {
    this.#set.renewInBackground(caller);
  }

  async find(kid: string, caller: KeyCaller): Promise<Key> {
    const given = this.#set.current(caller);
    // No `await` for keys that are there: the search for an unknown key begins during the call.
    const keys = isPromise(given) ? await given : given;
    // If this request has just waited for a refresh, another one would not help.
    const key = keys?.get(kid) ?? (isPromise(given) ? undefined : await this.#search(kid, caller));
    if (key !== undefined) return key;
    throw keys !== undefined && this.#isUnknown(caller) ? unknownKey(kid) : this.#unavailable(caller);
  }

  // Fetches the key set to look for an unknown key. After a search without result, the next searches are delayed, and too
  // many at once cause no fetch: attackers can send tokens with made-up key ids.
  async #search(kid: string, caller: KeyCaller): Promise<Key | undefined> {
    const begunAt = instantNow();
    const isSuspicious = this.#emptySearchAt !== undefined && elapsedMs(this.#emptySearchAt) < suspicionMs;
    const maySearch = !isSuspicious || (await this.#suspicious.isSmall());
    // Another request may have fetched the key during the pause.
    const fetched = this.peek(kid);
    if (fetched !== undefined) return fetched;
    const renewal = maySearch ? await this.#set.renew(caller) : 'forbidden';
    if (renewal === 'forbidden') {
      caller.emit({ type: 'key_search_limited', url: this.#url });
      return undefined;
    }
    const key = this.#set.usable(caller)?.get(kid);
    // Measure from the start of the search: otherwise a slow endpoint would prolong the delay of later searches.
    if (key === undefined) this.#emptySearchAt = begunAt;
    if (key === undefined && renewal === 'late') throw this.#unavailable(caller);
    return key;
  }

  // If the last fetch failed, or takes longer than the caller waits, the issuer may have published the key in the meantime.
  // Answer 503 instead of 401, so that the caller retries.
  #isUnknown(caller: KeyCaller): boolean {
    const keys = this.#set.usable({ ...caller, maxStaleMs: 0 });
    return keys !== undefined && keys.size > 0 && this.#set.failure === undefined;
  }

  #unavailable(caller: KeyCaller): ToriiUnavailableError {
    const retryAfterSeconds = Math.max(this.#set.retryInMs(caller), this.#budget.waitMs()) / 1000;
    const { failure } = this.#set;
    const { problem, ...options } = failure === undefined ? noFailure : describeFailure(failure.cause);
    const message = 'The keys to verify tokens cannot be fetched at the moment.';
    const error = new ToriiUnavailableError('keys_unavailable', message, { ...options, retryAfterSeconds });
    return withDetail(error, { problem });
  }
}

const noFailure = {
  problem: 'the key set has no usable key, no answer came within keysTimeoutMs, or there were too many fetches',
};

function describeFailure(thrown: unknown): { readonly problem: string; readonly cause: Error } {
  // These messages are written by this package, so they are safe to log.
  if (thrown instanceof KeySetError || thrown instanceof TimeLimitError) {
    return { problem: thrown.message, cause: thrown };
  }
  const cause = loggableCause(thrown);
  return { problem: `the connection failed: ${innermostProblem(cause)}`, cause };
}

/** `problem` says why a key that the issuer does publish cannot be used. */
export function unknownKey(kid: string, problem?: string): ToriiAuthError {
  const message = 'The token is signed with a key that the issuer does not publish.';
  return refusal('key_unknown', message, { kid, ...(problem !== undefined && { problem }) });
}
