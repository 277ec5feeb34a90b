import type { PlantedFault } from './planted-fault.ts';

const renewal = 'packages/next/src/server/renewal';

/** Faults of the requests for new tokens: when they begin, how long they last, and what is kept of them. */
export const renewalAttemptFaults: readonly PlantedFault[] = (
  [
    {
      name: 'requests that come together ask one by one',
      statement: 4,
      harm: 'Each tab of a browser causes a request to the issuer.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'this.#running.set(session.seal, running);', to: '' }],
    },
    {
      name: 'a failure of the issuer counts from its end',
      statement: 34,
      harm: 'Users are not renewed although the issuer answers again.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'this.#note(failure, begunAt, failuresBefore)',
          to: 'this.#note(failure, instantNow(), failuresBefore)',
        },
      ],
    },
    {
      name: 'one renewal too many at a time',
      statement: 4,
      harm: 'The issuer gets more requests at a time than is documented.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'this.#running.size >= maxRunning',
          to: 'this.#running.size > maxRunning',
        },
      ],
    },
    {
      name: 'a renewal whose request was canceled keeps its place',
      statement: 38,
      harm: 'After fifty canceled requests, nothing is renewed until the process ends.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (elapsedMs(begunAt) >= timeLimitMs) this.#running.delete(key);',
          to: 'if (elapsedMs(begunAt) >= Infinity) this.#running.delete(key);',
        },
      ],
    },
    {
      name: 'a renewal keeps its place for the whole time limit',
      statement: 4,
      harm: 'In a busy app, users are not renewed although no renewal is running.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (this.#running.get(session.seal)?.begunAt === begunAt) this.#running.delete(session.seal);',
          to: '',
        },
      ],
    },
    {
      name: 'a late renewal gives back the place of the next one',
      statement: 4,
      harm: 'After a pause, one session is renewed twice at a time.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (this.#running.get(session.seal)?.begunAt === begunAt) this',
          to: 'this',
        },
      ],
    },
    {
      name: 'an outage is remembered for each session',
      statement: 34,
      harm: 'Users are not renewed for ten seconds although the issuer answers again.',
      changes: [
        { file: `${renewal}/renewer.ts`, from: "else if (failure.why !== 'issuer_unavailable') this", to: 'else this' },
      ],
    },
    {
      name: 'a result is kept until others push it out',
      statement: 45,
      harm: 'A session that has ended gets a token of an old renewal.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'elapsedMs(begunAt) < keptMs && results.size <= maxKept',
          to: 'results.size <= maxKept',
        },
      ],
    },
    {
      name: 'results of made-up sessions are not bounded',
      statement: 36,
      harm: 'A client with made-up sessions fills the memory of the process.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'elapsedMs(begunAt) < keptMs && results.size <= maxKept',
          to: 'elapsedMs(begunAt) < keptMs',
        },
      ],
    },
    {
      name: 'a result with cookies is not kept',
      statement: 45,
      harm: 'A request with the session cookie of before a rotation goes to the sign-in page.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (renewal.lines.length > 0) this',
          to: 'if (renewal.lines.length > 99) this',
        },
      ],
    },
    {
      name: 'the pause after failures does not grow',
      statement: 4,
      harm: 'An issuer that is down gets a request each second from each process.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'minPauseMs * 2 ** this.#failures', to: 'minPauseMs' }],
    },
    {
      name: 'the pause after failures has no upper bound',
      statement: 34,
      harm: 'Minutes after an outage, users are still not renewed.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'Math.min(minPauseMs * 2 ** this.#failures, maxPauseMs)',
          to: 'minPauseMs * 2 ** this.#failures',
        },
      ],
    },
    {
      name: 'Retry-After of the issuer has no upper bound',
      statement: 34,
      harm: 'One answer of the issuer turns renewals off for a day.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'Math.min(pauseMs, maxRetryAfterMs)', to: 'pauseMs' }],
    },
    {
      name: 'Retry-After of the issuer is ignored',
      statement: 4,
      harm: 'An issuer that asks for a pause gets none.',
      changes: [
        {
          file: `${renewal}/renewal-failure.ts`,
          from: 'pauseMs: Math.max(minPauseMs, seconds * 1000)',
          to: 'pauseMs: minPauseMs',
        },
      ],
    },
    {
      name: 'failures at the same time are counted one by one',
      statement: 34,
      harm: 'A moment of trouble turns renewals off for ten seconds.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'if (failuresBefore !== this.#failures) return;', to: '' }],
    },
    {
      name: 'after a pause all sessions try at once',
      statement: 4,
      harm: 'An issuer that is down gets fifty requests after each pause.',
      changes: [{ file: `${renewal}/renewer.ts`, from: ' || this.#running.size > 0', to: '' }],
    },
    {
      name: 'a success does not end a series of failures',
      statement: 34,
      harm: 'Each failure turns renewals off for ten seconds.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: '      this.#lastFailure = undefined;\n      this.#failures = 0;\n      const',
          to: '      this.#lastFailure = undefined;\n      const',
        },
      ],
    },
    {
      name: 'a refusal of one session counts as an outage',
      statement: 34,
      harm: 'A client with a made-up session stops the renewals of all users.',
      changes: [
        {
          file: `${renewal}/renewal-failure.ts`,
          from: 'status >= 400 && status < 500',
          to: 'status >= 400 && status < 403',
        },
      ],
    },
    {
      name: 'too many requests counts as a refusal of one session',
      statement: 4,
      harm: 'An issuer that asks for a pause gets none.',
      changes: [{ file: `${renewal}/renewal-failure.ts`, from: '[404, 405, 408, 429]', to: '[404, 405, 408]' }],
    },
    {
      name: 'a request to the issuer has ten times its time',
      statement: 4,
      harm: 'Connections to an issuer that hangs stay open for half a minute.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'abort.signal), timeLimitMs, () =>',
          to: 'abort.signal), 10 * timeLimitMs, () =>',
        },
      ],
    },
    {
      name: 'a request to the issuer is not aborted',
      statement: 4,
      harm: 'Connections to an issuer that hangs stay open.',
      changes: [{ file: `${renewal}/renewer.ts`, from: '        abort.abort();\n', to: '' }],
    },
    {
      name: 'a request that joins a renewal has no timer',
      statement: 38,
      harm: 'A page load waits forever for a renewal whose request was canceled.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'return raceDeadline(running.done, leftMs, () => nothing).catch(() => nothing);',
          to: 'return running.done.catch(() => nothing);',
        },
      ],
    },
  ] satisfies readonly Omit<PlantedFault, 'scenario'>[]
).map((fault) => ({ ...fault, scenario: 'renewal' }));
