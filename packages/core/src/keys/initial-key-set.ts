import { claimOf } from '../auth.ts';
import { wallMs } from '../platform.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { ignoredKeyReporter, type JSONWebKeySet, KeySetError, type OnIgnored, parseOwnKeys } from './jwks.ts';
import type { KeyCaller, KeySource, RemoteKeySet } from './remote-key-set.ts';

/** A key set with the time at which it was fetched, for example when the app was built. */
export interface InitialKeys extends JSONWebKeySet {
  /** When the key set was fetched: ISO 8601 with a time zone, such as `2026-11-29T15:00:00Z`. */
  readonly fetchedAt: string;
}

// The upper limit of `maxStaleSeconds`: no option makes a key verify for longer without a fetch.
const maxAgeMs = 24 * 60 * 60_000;
// How long the keys verify after their first use if no fetch has succeeded: as long as a fetched key set is used without a
// renewal.
const maxUseMs = 5 * 60_000;

/** Keys from a file. They verify without a fetch, until the key set of the issuer has been fetched. */
export class InitialKeySet<Key> implements KeySource<Key> {
  readonly #remote: RemoteKeySet<Key>;
  readonly #fetchedAtMs: number;
  #keys: ReadonlyMap<string, Key> | undefined;
  #usedAt: Instant | undefined;

  constructor(
    given: unknown,
    remote: RemoteKeySet<Key>,
    parse: (given: unknown, onIgnored: OnIgnored) => ReadonlyMap<string, Key>,
    emit: KeyCaller['emit'],
  ) {
    this.#remote = remote;
    this.#fetchedAtMs = readTime(claimOf(given, 'fetchedAt'));
    this.#keys = parseOwnKeys(given, parse, emit);
    if (!this.#isYoung()) ignoredKeyReporter(emit)(undefined, 'initialKeys was fetched more than a day ago');
  }

  peek(kid: string): Key | undefined {
    return this.#remote.peek(kid);
  }

  async find(kid: string, caller: KeyCaller): Promise<Key> {
    const key = this.#usableKeys()?.get(kid);
    if (key === undefined) return this.#remote.find(kid, caller);
    this.#usedAt ??= instantNow();
    this.#remote.renewInBackground(caller);
    return key;
  }

  #usableKeys(): ReadonlyMap<string, Key> | undefined {
    const isOver = this.#usedAt !== undefined && elapsedMs(this.#usedAt) >= maxUseMs;
    if (this.#remote.isKnown || isOver || !this.#isYoung()) this.#keys = undefined;
    return this.#keys;
  }

  // A time in the future means that a clock is wrong, so that the age is not known. An hour covers clocks that differ.
  #isYoung(): boolean {
    const ageMs = wallMs() - this.#fetchedAtMs;
    return ageMs >= -3_600_000 && ageMs < maxAgeMs;
  }
}

function readTime(value: unknown): number {
  const text = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : '';
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new KeySetError("`fetchedAt` is not a time such as '2026-11-29T15:00:00Z'");
  return ms;
}
