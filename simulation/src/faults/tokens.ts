import type { PlantedFault } from './planted-fault.ts';

const scenario = 'keys';
const cache = 'packages/core/src/token/token-cache.ts';
const verify = 'packages/core/src/token/verify.ts';
const claims = 'packages/core/src/token/claims.ts';
const givenOptions = 'packages/core/src/calls/given-options.ts';
const optionMemory = 'packages/core/src/calls/option-memory.ts';

/** Faults of the verifier: times of tokens, remembered tokens, and remembered sets of options. */
export const tokensFaults: readonly PlantedFault[] = [
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
