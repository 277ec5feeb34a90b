import type { VerifierEventListener } from '../events.ts';
import { type Fetch, platformFetch } from '../platform.ts';
import { RepeatWatch } from '../time/repeat-watch.ts';
import { parseFixedKeySet, parseKeySet, parseOwnKeys, type SetKey } from './jwks.ts';
import { type KeySource, type ParseKeySet, RemoteKeySet, unknownKey } from './remote-key-set.ts';

export function fixedKeys(set: unknown, emit: VerifierEventListener): KeySource {
  const keys = parseOwnKeys(set, parseFixedKeySet, emit);
  return {
    peek: (kid) => keys.get(kid),
    async find(kid) {
      const key = keys.get(kid);
      if (key === undefined) throw unknownKey(kid);
      return key;
    },
  };
}

const maxShared = 1_000;

const watch = new RepeatWatch(
  (url) =>
    `The keys of ${url} are fetched by several \`fetch\` functions. Create the verifier once, not for each request.`,
);

function watched(url: string, fetch: Fetch): Fetch {
  let isNoted = false;
  return (input, init) => {
    if (!isNoted) watch.note(url);
    isNoted = true;
    return fetch(input, init);
  };
}

export type KeySetFor<Key> = (url: string, fetch?: Fetch) => RemoteKeySet<Key>;

export function shareKeySets<Key>(parse: ParseKeySet<Key>): KeySetFor<Key> {
  // Verifiers share a key set only if they use the same fetch function: keys that a test's fake `fetch` returns must not
  // reach other verifiers.
  const shared = new WeakMap<Fetch, Map<string, RemoteKeySet<Key>>>();
  return (url, fetch = platformFetch) => {
    const sets = shared.get(fetch) ?? new Map<string, RemoteKeySet<Key>>();
    shared.set(fetch, sets);
    const set = sets.get(url) ?? new RemoteKeySet(url, fetch === platformFetch ? fetch : watched(url, fetch), parse);
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
