import type { PlantedFault } from './planted-fault.ts';

const scenario = 'keys';
const remoteValue = 'packages/core/src/time/remote-value.ts';
const instant = 'packages/core/src/time/instant.ts';
const deadline = 'packages/core/src/time/deadline.ts';

/** Faults of values that are loaded and grow old, and of clocks, which the key sets show. */
export const remoteValueFaults: readonly PlantedFault[] = [
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
    name: 'the time limit does not end the fetch',
    statement: 3,
    scenario,
    changes: [{ file: remoteValue, from: '      abort.abort();\n', to: '' }],
    harm: 'Each fetch of a hanging endpoint keeps its connection.',
  },
  {
    name: 'a timer stays when the work is done',
    statement: 36,
    scenario,
    changes: [{ file: deadline, from: '    stopTimer(timer);\n', to: '' }],
    harm: 'Each request that waited leaves a timer behind.',
  },
  {
    name: 'a waiting request is not counted',
    statement: 4,
    scenario,
    changes: [{ file: remoteValue, from: '      load.waiting += 1;\n', to: '' }],
    harm: 'A flood during an outage fills the memory with waiting requests.',
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
];
