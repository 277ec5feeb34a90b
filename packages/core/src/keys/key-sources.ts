import type { VerifierEventListener } from '../events.ts';
import { type IgnoredKey, KeySetError, type KeysById, parseKeySet, type SetKey } from './jwks.ts';
import type { Fetch } from './key-endpoint.ts';
import { type KeySource, type ParseKeySet, RemoteKeySet, unknownKey } from './remote-key-set.ts';

export class FixedKeySet implements KeySource {
  readonly #keys: KeysById;

  constructor(set: unknown, emit: VerifierEventListener) {
    const ignored: IgnoredKey[] = [];
    this.#keys = parseKeySet(set, (key) => ignored.push(key));
    if (this.#keys.size === 0) {
      const [first] = ignored;
      const reason = first === undefined ? '' : `; ${first.kid ?? 'a key'} is left out, because ${first.problem}`;
      throw new KeySetError(`the key set has no ES256 key with a unique \`kid\`${reason}`);
    }
    for (const { kid, problem } of ignored) emit({ type: 'key_ignored', url: undefined, kid, problem });
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
// Reads `globalThis.fetch` on each call, because it may be replaced or instrumented later.
const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);

export type KeySetFor<Key> = (url: string, fetch?: Fetch) => RemoteKeySet<Key>;

export function shareKeySets<Key>(parse: ParseKeySet<Key>): KeySetFor<Key> {
  // Verifiers share a key set only if they use the same fetch function: keys that a test's fake `fetch` returns must not
  // reach other verifiers.
  const shared = new WeakMap<Fetch, Map<string, RemoteKeySet<Key>>>();
  return (url, fetch = platformFetch) => {
    const sets = shared.get(fetch) ?? new Map<string, RemoteKeySet<Key>>();
    shared.set(fetch, sets);
    const set = sets.get(url) ?? new RemoteKeySet(url, fetch, parse);
    sets.delete(url);
    sets.set(url, set);
    for (const oldest of sets.keys()) {
      if (sets.size <= maxShared) break;
      sets.delete(oldest);
    }
    return set;
  };
}

export const keySetFor: KeySetFor<SetKey> = shareKeySets(parseKeySet);
