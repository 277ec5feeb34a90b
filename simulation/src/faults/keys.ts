import type { PlantedFault } from './planted-fault.ts';

const scenario = 'keys';
const keySet = 'packages/core/src/keys/remote-key-set.ts';
const budget = 'packages/core/src/keys/fetch-budget.ts';
const crowd = 'packages/core/src/keys/crowd.ts';
const initialKeys = 'packages/core/src/keys/initial-key-set.ts';
const jwks = 'packages/core/src/keys/jwks.ts';
const endpoint = 'packages/core/src/keys/key-endpoint.ts';

/** Faults of key sets: which keys are fetched, when, and which of them verify. */
export const keysFaults: readonly PlantedFault[] = [
  {
    name: 'permits for fetches are not restored',
    statement: 4,
    scenario,
    changes: [{ file: budget, from: 'if (gained > 0) {', to: 'if (gained > burst) {' }],
    harm: 'After three fetches a new key does not work for half a minute.',
  },
  {
    name: 'permits are restored twice as fast',
    statement: 4,
    scenario,
    changes: [{ file: budget, from: 'const refillMs = 8_000;', to: 'const refillMs = 4_000;' }],
    harm: 'A flood causes 18 fetches a minute.',
  },
  {
    name: 'nine tokens count as few',
    statement: 4,
    scenario,
    changes: [{ file: crowd, from: 'return period.size <= maxCallers;', to: 'return true;' }],
    harm: 'The first eight tokens of each 200 ms of a flood cause a search.',
  },
  {
    name: 'each search begins the suspicion anew',
    statement: 4,
    scenario,
    changes: [
      {
        file: keySet,
        from: 'if (key === undefined) this.#emptySearchAt = begunAt;',
        to: 'this.#emptySearchAt = instantNow();',
      },
    ],
    harm: 'A rotation right after a successful one is taken for a flood.',
  },
  {
    name: 'an unknown key is refused with 401 in an outage',
    statement: 12,
    scenario,
    changes: [{ file: keySet, from: ' && this.#set.failure === undefined;', to: ';' }],
    harm: 'Users with a token of a new key are signed out because the endpoint is down.',
  },
  {
    name: 'an empty key set counts as knowledge',
    statement: 12,
    scenario,
    changes: [{ file: keySet, from: 'keys !== undefined && keys.size > 0 && ', to: 'keys !== undefined && ' }],
    harm: 'An endpoint that answers an empty set signs every user out.',
  },
  {
    name: 'keys of a file verify after a fetch',
    statement: 12,
    scenario,
    changes: [{ file: initialKeys, from: 'if (this.#remote.isKnown || isOver', to: 'if (isOver' }],
    harm: 'A withdrawn key of a file verifies for five minutes although the key set was fetched.',
  },
  {
    name: 'keys of a file verify for a minute longer',
    statement: 12,
    scenario,
    changes: [{ file: initialKeys, from: 'const maxUseMs = 5 * 60_000;', to: 'const maxUseMs = 6 * 60_000;' }],
    harm: 'A withdrawn key of a file verifies for longer than promised.',
  },
  {
    name: 'the time of a file counts from its last use',
    statement: 12,
    scenario,
    changes: [{ file: initialKeys, from: 'this.#usedAt ??= instantNow();', to: 'this.#usedAt = instantNow();' }],
    harm: 'With steady traffic and a broken endpoint a withdrawn key verifies for a day.',
  },
  {
    name: 'a set with a private key is used',
    statement: 3,
    scenario,
    changes: [
      {
        file: jwks,
        from: "if (entries.some(holdsSecret)) throw new KeySetError('the key set contains a private key');\n",
        to: '',
      },
    ],
    harm: 'Nobody notices that a private key was published.',
  },
  {
    name: 'the second key of an id replaces the first',
    statement: 3,
    scenario,
    changes: [{ file: jwks, from: 'const key = isRepeated || jwk === undefined', to: 'const key = jwk === undefined' }],
    harm: 'Whoever can add a key to the set replaces one that is in use.',
  },
  {
    name: 'an error page with keys is used',
    statement: 3,
    scenario,
    changes: [
      {
        file: endpoint,
        from: 'if (status !== 200 && !(status === undefined && ok === true)) {',
        to: 'if (status === undefined && ok !== true) {',
      },
    ],
    harm: 'Keys in the body of a redirect or an error are trusted.',
  },
  {
    name: 'redirects are followed',
    statement: 3,
    scenario,
    changes: [{ file: endpoint, from: "redirect: 'manual', signal", to: 'signal' }],
    harm: 'The keys of another host are trusted.',
  },
  {
    name: 'the time limit ends only the wait for the head',
    statement: 3,
    scenario,
    changes: [{ file: endpoint, from: 'limit(value).length || 1_024', to: '0' }],
    harm: 'An endless body is read without a bound on its size.',
  },
  {
    name: 'a body is read after the time limit',
    statement: 3,
    scenario,
    changes: [{ file: endpoint, from: "  signal.addEventListener('abort', cancel, { once: true });\n", to: '' }],
    harm: 'With a `fetch` that ignores its signal, an endless answer is read for ever.',
  },
  {
    name: 'a permit is restored too early after a rest',
    statement: 4,
    scenario,
    changes: [{ file: budget, from: 'if (this.#left === this.#burst) this.#countedAt = instantNow();', to: '' }],
    harm: 'A steady flood causes eleven fetches in a minute.',
  },
  {
    name: 'the key is not looked for after the pause of a search',
    statement: 4,
    scenario,
    changes: [{ file: keySet, from: 'if (fetched !== undefined) return fetched;', to: '' }],
    harm: 'A rotation after a forged token causes two fetches.',
  },
  {
    name: 'keys of a file are used without a fetch',
    statement: 12,
    scenario,
    changes: [
      {
        file: initialKeys,
        from: '    this.#remote.renewInBackground(caller);\n    return key;',
        to: '    return key;',
      },
    ],
    harm: 'For five minutes after each start, a withdrawn key of the file verifies.',
  },
];
