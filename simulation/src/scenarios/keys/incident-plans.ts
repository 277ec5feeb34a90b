import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import type { Incident, KeysPlan, Step, TimedStep } from './plan.ts';
import { processes } from './process-plans.ts';
import {
  asks,
  crowds,
  delays,
  disturbed,
  edges,
  floods,
  freezes,
  goodSieges,
  jumps,
  keyChanges,
  keyNumber,
  near,
  outages,
  servers,
  sieges,
  slowAnswers,
  times,
} from './step-plans.ts';

const { minuteMs, hourMs } = times;

const after = (afterMs: fc.Arbitrary<number>, step: fc.Arbitrary<Step>): fc.Arbitrary<TimedStep> =>
  fc.record({ afterMs, step });

/** Steps that each may be left out, for a short plan. */
function recipe(...parts: readonly fc.Arbitrary<TimedStep>[]): fc.Arbitrary<readonly TimedStep[]> {
  return fc
    .tuple(...parts.map((part) => fc.option(part, { freq: 12 })))
    .map((steps) => steps.filter((step): step is TimedStep => step !== null));
}

const now = fc.constant(0);
const soon = fc.integer({ min: 0, max: 1_500 });

function steps(durationMs: number): fc.Arbitrary<readonly TimedStep[]> {
  const any = fc.oneof(
    { weight: 4, arbitrary: asks },
    { weight: 2, arbitrary: servers },
    { weight: 2, arbitrary: keyChanges },
    { weight: 2, arbitrary: disturbed(durationMs) },
    { weight: 1, arbitrary: edges },
    { weight: 1, arbitrary: floods },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(after(delays, any), { minLength: 1, maxLength: 6 }) },
    // A rotation with requests for the new and for the old key.
    {
      weight: 3,
      arbitrary: recipe(
        after(now, keyChanges),
        after(soon, asks),
        after(delays, keyChanges),
        after(delays, asks),
        after(delays, asks),
      ),
    },
    // A flood that meets a rotation.
    {
      weight: 2,
      arbitrary: recipe(
        after(now, floods),
        after(delays, keyChanges),
        after(delays, asks),
        after(delays, asks),
        after(delays, floods),
      ),
    },
    // A freeze while the endpoint has trouble, and requests right after it.
    {
      weight: 3,
      arbitrary: fc
        .record({
          forMs: spans(2 * hourMs),
          outage: outages,
          freeze: freezes,
          asks: fc.tuple(asks, asks, asks),
          atMs: soon,
          lateMs: soon,
        })
        .map(frozenOutage),
    },
    // An outage with requests in it and after it.
    {
      weight: 3,
      arbitrary: recipe(
        after(now, outages),
        after(delays, asks),
        after(delays, asks),
        after(delays, keyChanges),
        after(delays, asks),
      ),
    },
    {
      weight: 1,
      arbitrary: recipe(
        after(now, outages),
        after(soon, fc.oneof({ weight: 9, arbitrary: crowds }, { weight: 1, arbitrary: sieges })),
        after(delays, asks),
      ),
    },
    // The keys grow old, and then more requests come than may wait for them.
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          asks,
          fc.integer({ min: 5 * minuteMs, max: 9 * minuteMs }),
          outages,
          soon,
          fc.oneof({ weight: 3, arbitrary: crowds }, { weight: 1, arbitrary: goodSieges }),
        )
        .map(([first, quietMs, trouble, lateMs, siege]) => [
          { afterMs: 0, step: first },
          { afterMs: quietMs, step: trouble },
          { afterMs: quietMs + lateMs, step: siege },
        ]),
    },
    { weight: 2, arbitrary: recipe(after(now, crowds), after(delays, keyChanges), after(delays, crowds)) },
    // A slow response: while it is on its way, the keys change and other requests arrive.
    {
      weight: 3,
      arbitrary: recipe(
        after(now, slowAnswers),
        after(soon, asks),
        after(soon, keyChanges),
        after(soon, jumps),
        after(delays, asks),
        after(soon, asks),
        after(delays, asks),
      ),
    },
    { weight: 2, arbitrary: fc.array(after(delays, edges), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: recipe(
        after(now, keyChanges),
        after(soon, floods),
        after(delays, outages),
        after(delays, freezes),
        after(delays, asks),
      ),
    },
  );
}

interface FrozenOutage {
  readonly forMs: number;
  readonly outage: Step;
  readonly freeze: Step;
  readonly asks: readonly [Step, Step, Step];
  readonly atMs: number;
  readonly lateMs: number;
}

/** The process is frozen shortly after a request, while the endpoint fails, and continues when the endpoint works again. */
function frozenOutage({
  forMs,
  outage,
  freeze,
  asks: [first, second, third],
  atMs,
  lateMs,
}: FrozenOutage): readonly TimedStep[] {
  const stopMs = atMs + 1_200;
  const stopped: Step =
    freeze.kind === 'disturb' && freeze.disturbance.kind === 'freeze'
      ? { kind: 'disturb', disturbance: { ...freeze.disturbance, forMs } }
      : freeze;
  const trouble: Step = outage.kind === 'server' ? { ...outage, forMs: stopMs + Math.ceil(forMs / 2) } : outage;
  return [
    { afterMs: 0, step: trouble },
    { afterMs: atMs, step: first },
    { afterMs: stopMs, step: stopped },
    { afterMs: stopMs + forMs, step: second },
    { afterMs: stopMs + forMs + lateMs, step: third },
  ];
}

function incidents(durationMs: number): fc.Arbitrary<Incident> {
  const atMs = fc.oneof(
    fc.integer({ min: 0, max: durationMs }),
    fc.integer({ min: 0, max: 20_000 }),
    near(...Array.from({ length: 20 }, (_, i) => i * minuteMs)),
  );
  // The endpoint is down when the processes start.
  const longOutages = fc
    .tuple(outages, fc.integer({ min: 4 * minuteMs, max: 40 * minuteMs }))
    .map(([step, forMs]) => ({ ...step, forMs }) as Step);
  const late = after(near(5 * minuteMs, 5 * minuteMs + 20_000, 6 * minuteMs), asks);
  const early = after(fc.integer({ min: 0, max: 60_000 }), asks);
  const begins = fc.record({
    atMs: now,
    steps: recipe(
      after(now, longOutages),
      after(soon, asks),
      after(soon, asks),
      early,
      early,
      late,
      late,
      after(delays, keyChanges),
    ),
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ atMs, steps: steps(durationMs) }) },
    { weight: 1, arbitrary: begins },
  );
}

/** `isLegacy`: only what the product knew in November 2026, before it counted failures from their start. */
export function plans(isLegacy: boolean): fc.Arbitrary<KeysPlan> {
  const fleets = isLegacy
    ? fc.constant(1)
    : fc.oneof({ weight: 99, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: manyCopies });
  return fc.tuple(fc.constantFrom(30 * minuteMs, 90 * minuteMs, 3 * hourMs), fleets).chain(([longMs, copies]) => {
    const durationMs = copies === 1 ? longMs : 10 * minuteMs;
    return fc.record({
      durationMs: fc.constant(durationMs),
      copies: fc.constant(copies),
      issuers: fc.array(fc.record({ keys: fc.uniqueArray(keyNumber, { minLength: 0, maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      processes: fc.array(processes(isLegacy), { minLength: 1, maxLength: 4 }),
      incidents: fc.array(incidents(durationMs), { minLength: 1, maxLength: 5 }),
    });
  });
}

/** Up to a thousand processes, as there are up to four different ones. */
const manyCopies = fc.constantFrom(10, 60, 250);
