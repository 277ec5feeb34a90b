import type { PlantedFault } from './planted-fault.ts';

const scenario = 'keys';
const remoteValue = 'packages/core/src/time/remote-value.ts';
const keySet = 'packages/core/src/keys/remote-key-set.ts';
const budget = 'packages/core/src/keys/fetch-budget.ts';
const crowd = 'packages/core/src/keys/crowd.ts';
const initialKeys = 'packages/core/src/keys/initial-key-set.ts';
const jwks = 'packages/core/src/keys/jwks.ts';
const endpoint = 'packages/core/src/keys/key-endpoint.ts';
const cache = 'packages/core/src/token/token-cache.ts';
const verify = 'packages/core/src/token/verify.ts';
const claims = 'packages/core/src/token/claims.ts';
const instant = 'packages/core/src/time/instant.ts';
const deadline = 'packages/core/src/time/deadline.ts';
const givenOptions = 'packages/core/src/calls/given-options.ts';
const optionMemory = 'packages/core/src/calls/option-memory.ts';

/** Faults of the verifier and its keys. */
export const keysFaults: readonly PlantedFault[] = [
  {
    name: 'a failed fetch is dated from its end',
    statement: 34,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'this.#fail({ cause, begunAt, turn',
        to: 'this.#fail({ cause, begunAt: instantNow(), turn',
      },
    ],
    harm: 'After a freeze, requests get 503 although the endpoint works and was not asked.',
  },
  {
    name: 'a fetched key set is dated from its end',
    statement: 12,
    scenario,
    changes: [{ file: remoteValue, from: 'asOf: begunAt, turn', to: 'asOf: instantNow(), turn' }],
    harm: 'An answer that waited in the socket of a stopped process brings a withdrawn key back.',
  },
  {
    name: 'the age of keys is measured by the wall clock alone',
    statement: 12,
    scenario,
    changes: [
      {
        file: instant,
        from: 'Math.max(wallMs() - since.wallMs, steadyMs() - since.steadyMs)',
        to: 'wallMs() - since.wallMs',
      },
    ],
    harm: 'A clock that is set back by an hour keeps a withdrawn key alive for an hour.',
  },
  {
    name: 'the age of keys is measured by the steady clock alone',
    statement: 12,
    scenario,
    changes: [
      {
        file: instant,
        from: 'Math.max(wallMs() - since.wallMs, steadyMs() - since.steadyMs)',
        to: 'steadyMs() - since.steadyMs',
      },
    ],
    harm: 'A machine that has slept for hours uses the keys of yesterday.',
  },
  {
    name: 'a late answer replaces a newer one',
    statement: 12,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'return turn < Math.max(this.#firstTurn, turnOf(this.#held));',
        to: 'return turn < this.#firstTurn;',
      },
    ],
    harm: 'A withdrawn key comes back with the answer of an earlier fetch.',
  },
  {
    name: 'an outage of any length excuses old keys',
    statement: 12,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'return this.#youngerThan(Math.max(this.#source.staleAfterMs, maxStaleMs));',
        to: 'return maxStaleMs >= 0 ? this.#held?.value : undefined;',
      },
    ],
    harm: 'While the endpoint fails, a withdrawn key verifies for days.',
  },
  {
    name: 'the cache compares key ids instead of keys',
    statement: 11,
    scenario,
    changes: [
      {
        file: verify,
        from: 'return current === key && hasBegun',
        to: 'return current?.kid === key.kid && hasBegun',
      },
    ],
    harm: 'A cached token stays good although its key was replaced under the same id.',
  },
  {
    name: 'a cached token outlives its key',
    statement: 11,
    scenario,
    changes: [
      {
        file: verify,
        from: 'if (isStillGood(known, source.peek(key.kid), settings.rules))',
        to: 'if (isStillGood(known, source.peek(key.kid) ?? key, settings.rules))',
      },
    ],
    harm: 'Tokens of a withdrawn key are accepted from the cache until they expire.',
  },
  {
    name: 'a token is good in the millisecond in which it ends',
    statement: 7,
    scenario,
    changes: [
      {
        file: claims,
        from: 'if (now >= expiresAt * 1000 + toleranceMs)',
        to: 'if (now > expiresAt * 1000 + toleranceMs)',
      },
    ],
    harm: 'The leeway is a millisecond too long.',
  },
  {
    name: 'the cache keeps a token for one millisecond too long',
    statement: 7,
    scenario,
    changes: [
      {
        file: verify,
        from: 'now < auth.expiresAt * 1000 + clockToleranceMs;',
        to: 'now <= auth.expiresAt * 1000 + clockToleranceMs;',
      },
    ],
    harm: 'A cached token is accepted after its end.',
  },
  {
    name: 'times are not checked again after a fetch',
    statement: 7,
    scenario,
    changes: [
      {
        file: verify,
        from: 'const startsAt = checkTimes(checked, claims, settings.rules.clockToleranceMs);',
        to: 'const startsAt = checked.issuedAt;',
      },
    ],
    harm: 'A token that expires while its request waits for the keys is accepted.',
  },
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
    name: 'a request does not wait for the fetch of another',
    statement: 4,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'const load = this.#pendingLoad() ?? this.#begin(caller);',
        to: 'const load = this.#begin(caller);',
      },
    ],
    harm: 'A thousand first requests cause several fetches, and most of them get 503.',
  },
  {
    name: 'a load that failed stays under way',
    statement: 12,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'if (this.#load?.turn === turn) this.#load = undefined;',
        to: 'if (this.#load?.turn === turn && this.#held?.turn === turn) this.#load = undefined;',
      },
    ],
    harm: 'After a failure, requests wait for a load that is long over.',
  },
  {
    name: 'the renewal in the background never begins',
    statement: 12,
    scenario,
    changes: [
      { file: remoteValue, from: 'if (age >= this.#source.renewAfterMs) this.renewInBackground(caller);\n', to: '' },
    ],
    harm: 'Every five minutes a request waits for the keys.',
  },
  {
    name: 'a failure is remembered after a success',
    statement: 12,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'if (turnOf(this.#failure) <= held.turn) this.#failure = undefined;\n',
        to: '',
      },
    ],
    harm: 'Unknown keys get 503 instead of 401, and old keys are used without a renewal.',
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
    name: 'the time limit does not end the fetch',
    statement: 3,
    scenario,
    changes: [{ file: remoteValue, from: '      abort.abort();\n', to: '' }],
    harm: 'Each fetch of a hanging endpoint keeps its connection.',
  },
  {
    name: 'the time limit ends only the wait for the head',
    statement: 3,
    scenario,
    changes: [{ file: endpoint, from: 'limit(value).length || 1_024', to: '0' }],
    harm: 'An endless body is read without a bound on its size.',
  },
  {
    name: 'a timer stays when the work is done',
    statement: 36,
    scenario,
    changes: [{ file: deadline, from: '    stopTimer(timer);\n', to: '' }],
    harm: 'Each request that waited leaves a timer behind.',
  },
  {
    name: 'a cached token is told by its end alone',
    statement: 11,
    scenario,
    changes: [
      { file: cache, from: 'if (found?.token === token) return found;', to: 'if (found !== undefined) return found;' },
    ],
    harm: 'Other claims before a known signature are taken for the known token.',
  },
  {
    name: 'a full cache is not emptied',
    statement: 36,
    scenario,
    changes: [
      {
        file: cache,
        from: 'while (this.size >= this.maxEntries || this.bytes + bytes > maxBytes) this.dropOldest();',
        to: '',
      },
    ],
    harm: 'The cache of tokens grows without a bound.',
  },
  {
    name: 'a waiting request is not counted',
    statement: 4,
    scenario,
    changes: [{ file: remoteValue, from: '      load.waiting += 1;\n', to: '' }],
    harm: 'A flood during an outage fills the memory with waiting requests.',
  },
  {
    name: 'a body is read after the time limit',
    statement: 3,
    scenario,
    changes: [{ file: endpoint, from: "  signal.addEventListener('abort', cancel, { once: true });\n", to: '' }],
    harm: 'With a `fetch` that ignores its signal, an endless answer is read for ever.',
  },
  {
    name: "another caller's shorter time limit counts as a failure",
    statement: 34,
    scenario,
    changes: [
      {
        file: remoteValue,
        from: 'return this.#failure !== undefined && this.#failure.timeoutMs >= timeoutMs;',
        to: 'return this.#failure !== undefined && timeoutMs > 0;',
      },
    ],
    harm: 'A verifier gets 503 although its own time has not passed.',
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
  {
    name: 'lists of options are compared by their beginnings',
    statement: 6,
    scenario,
    changes: [
      {
        file: givenOptions,
        from: ' || given.length !== known.length) return false;',
        to: ') return false;',
      },
    ],
    harm: 'A call of verifyToken uses the verifier of another call, with fewer issuers or required claims.',
  },
  {
    name: 'forgotten sets of options keep their tokens',
    statement: 36,
    scenario,
    changes: [
      {
        file: optionMemory,
        from: 'for (const forgotten of this.#remembered.splice(maxRemembered)) this.#onForgotten(forgotten.made);',
        to: 'this.#remembered.splice(maxRemembered);',
      },
    ],
    harm: 'The tokens of sets of options that are used no more stay in memory, and push others out.',
  },
];
