import type { SetKey } from './jwks.ts';
import { KeySetError, type KeysById, parseKeySet } from './jwks.ts';
import type { Fetch } from './key-endpoint.ts';
import { type KeySource, type ParseKeySet, RemoteKeySet, unknownKey } from './remote-key-set.ts';

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
// Looked up at each call, so that a `fetch` which is replaced or instrumented later is the one that is used.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

/** The key set of a URL, one for each fetch function in the process. */
export type KeySetFor<Key> = (url: string, fetch?: Fetch) => RemoteKeySet<Key>;

/** Keeps the key sets that are read in one way. */
export function shareKeySets<Key>(parse: ParseKeySet<Key>): KeySetFor<Key> {
  // By fetch function too: one that a test or a proxy provides must not fill the cache of another.
  const shared = new WeakMap<Fetch, Map<string, RemoteKeySet<Key>>>();
  return (url, fetch = platformFetch) => {
    const sets = shared.get(fetch) ?? new Map<string, RemoteKeySet<Key>>();
    shared.set(fetch, sets);
    const set = sets.get(url) ?? new RemoteKeySet(url, fetch, parse);
    // Moved to the end, so that the first one is the one longest unused. Whoever holds it goes on using it.
    sets.delete(url);
    sets.set(url, set);
    for (const oldest of sets.keys()) {
      if (sets.size <= maxShared) break;
      sets.delete(oldest);
    }
    return set;
  };
}

/** Those of Torii's issuers. */
export const keySetFor: KeySetFor<SetKey> = shareKeySets(parseKeySet);
