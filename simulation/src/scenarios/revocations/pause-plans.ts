import fc from 'fast-check';
import type { Incident, Step } from './plan.ts';

type Freeze = Extract<Step, { readonly kind: 'freeze' }>;

function freeze(process: number, forMs: number, rest: Pick<Freeze, 'afterNewsMs' | 'meanwhile'>): Incident {
  const step: Step = {
    kind: 'freeze',
    process,
    for: { of: 'start', plusMs: forMs },
    stopsSteadyClock: forMs % 2 === 0,
    ...rest,
  };
  return { after: { of: 'start', plusMs: 20_000 }, requests: 2, steps: [{ at: { of: 'start', plusMs: 0 }, step }] };
}

const process = fc.nat({ max: 3 });
const longMs = fc.oneof(fc.integer({ min: 5_100, max: 8_000 }), fc.integer({ min: 5_100, max: 20_000 }));

/** Shorter than a command that waits for news. */
const shortMs = fc.integer({ min: 5_100, max: 7_000 });

/** A server is paused three times while nothing happens: only a question that is asked then tells whether the store has changed. */
const quietPauses: fc.Arbitrary<readonly Incident[]> = fc
  .tuple(process, shortMs, shortMs, shortMs)
  .map(([number, ...lengths]) =>
    lengths.map((forMs) => freeze(number, forMs, { afterNewsMs: null, meanwhile: 'nothing' })),
  );

/** A server is paused while an answer is on its way. What the answer says is old when the server goes on. */
const pausedAnswers: fc.Arbitrary<readonly Incident[]> = fc
  .tuple(process, fc.array(fc.tuple(longMs, fc.integer({ min: 4, max: 110 })), { minLength: 2, maxLength: 3 }))
  .map(([number, pauses]) =>
    pauses.map(([forMs, afterNewsMs]) => freeze(number, forMs, { afterNewsMs, meanwhile: 'revoke' })),
  );

/** Pauses after which each request depends on a question that is asked then. */
export const pauses: fc.Arbitrary<readonly Incident[]> = fc.oneof(quietPauses, pausedAnswers);
