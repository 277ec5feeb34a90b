import fc from 'fast-check';
import {
  type ClientPlan,
  forms,
  type Incident,
  type ProcessPlan,
  records,
  reportModes,
  type Step,
  type TenantsPlan,
  type TimedStep,
} from './plan.ts';
import {
  asks,
  delays,
  disturbed,
  floods,
  freezes,
  hangs,
  keyChanges,
  lateAnswers,
  manyAsks,
  servers,
  shortTroubles,
  sieges,
  soon,
  tableChanges,
  times,
  troubles,
} from './step-plans.ts';

const { minuteMs, hourMs } = times;
const now = fc.constant(0);

const clients: fc.Arbitrary<ClientPlan> = fc.record({
  form: fc.constantFrom(...forms),
  environment: fc.constantFrom(null, null, null, 0 as const, 1 as const),
  cachedTokens: fc.constantFrom(5_000, 5_000, 0, 3),
  report: fc.constantFrom(null, null, null, ...reportModes),
  isSilent: fc.constantFrom(false, false, false, true),
  refusesImpersonated: fc.boolean(),
  isMisused: fc.constantFrom(...Array<false>(15).fill(false), true),
});

const processes: fc.Arbitrary<ProcessPlan> = fc.record({
  aheadMs: fc.constantFrom(0, 0, -20_000, 20_000),
  driftPpm: fc.constantFrom(0, 0, 0, -200, 200),
  rememberS: fc.constantFrom(300, 300, 60, 10, 1, 2.5, 3_600),
  timeoutMs: fc.constantFrom(5_000, 5_000, 1_000, 100, 30_000),
  newPerMinute: fc.constantFrom(1_000, 1_000, 100_000, 1, 5, 60, 7_919),
  approveMs: fc.constantFrom(0, 5, 5, 80, 600),
  clients: fc.array(clients, { minLength: 1, maxLength: 3 }),
  everyMs: fc.constantFrom(5_000, 20_000, 70_000, 200_000),
});

const after = (afterMs: fc.Arbitrary<number>, step: fc.Arbitrary<Step>): fc.Arbitrary<TimedStep> =>
  fc.record({ afterMs, step });

/** Steps that each may be left out, for a short plan. */
function recipe(...parts: readonly fc.Arbitrary<TimedStep>[]): fc.Arbitrary<readonly TimedStep[]> {
  return fc
    .tuple(...parts.map((part) => fc.option(part, { freq: 12 })))
    .map((steps) => steps.filter((step): step is TimedStep => step !== null));
}

function steps(durationMs: number): fc.Arbitrary<readonly TimedStep[]> {
  const any = fc.oneof(
    { weight: 4, arbitrary: asks },
    { weight: 2, arbitrary: tableChanges },
    { weight: 2, arbitrary: troubles },
    { weight: 1, arbitrary: keyChanges },
    { weight: 1, arbitrary: servers },
    { weight: 2, arbitrary: disturbed(durationMs) },
    { weight: 1, arbitrary: floods },
  );
  return fc.oneof(
    { weight: 15, arbitrary: fc.array(after(delays, any), { minLength: 1, maxLength: 6 }) },
    // A tenant is removed or added between requests.
    {
      weight: 9,
      arbitrary: recipe(
        after(now, asks),
        after(soon, tableChanges),
        after(delays, asks),
        after(delays, tableChanges),
        after(delays, asks),
      ),
    },
    // The table has trouble, and a process is frozen in it.
    {
      weight: 9,
      arbitrary: recipe(
        after(now, troubles),
        after(soon, asks),
        after(soon, freezes),
        after(delays, tableChanges),
        after(delays, asks),
        after(delays, asks),
      ),
    },
    // A slow answer is overtaken: the table changes while it is on its way.
    {
      weight: 9,
      arbitrary: recipe(
        after(now, shortTroubles),
        after(soon, asks),
        after(soon, tableChanges),
        after(delays, asks),
        after(soon, asks),
        after(delays, asks),
      ),
    },
    // A flood, and requests of tenants in it and after it.
    {
      weight: 6,
      arbitrary: recipe(
        after(now, troubles),
        after(soon, floods),
        after(soon, asks),
        after(delays, tableChanges),
        after(delays, asks),
        after(delays, floods),
        after(delays, asks),
      ),
    },
    // More requests than may wait, mostly while nothing is answered.
    {
      weight: 1,
      arbitrary: recipe(
        after(now, fc.oneof(hangs, hangs, troubles)),
        after(soon, sieges),
        after(delays, asks),
        after(fc.integer({ min: 0, max: 40_000 }), manyAsks),
        after(delays, asks),
      ),
    },
    // Answers that overtake each other while the table changes.
    {
      weight: 4,
      arbitrary: recipe(
        after(now, lateAnswers),
        after(soon, manyAsks),
        ...[20_000, 60_000, 90_000, 90_000].map((max) => after(fc.integer({ min: 0, max }), tableChanges)),
        after(delays, manyAsks),
      ),
    },
  );
}

function incidents(durationMs: number): fc.Arbitrary<Incident> {
  const atMs = fc.oneof(fc.integer({ min: 0, max: durationMs }), fc.integer({ min: 0, max: 5_000 }));
  return fc.record({ atMs, steps: steps(durationMs) });
}

/** Up to 750 processes, as there are up to three different ones. */
const fleets = fc.oneof(
  { weight: 99, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constantFrom(10, 60, 250) },
);

export const plans: fc.Arbitrary<TenantsPlan> = fc
  .tuple(fc.constantFrom(30 * minuteMs, 90 * minuteMs, 3 * hourMs), fleets)
  .map(([longMs, copies]) => [copies === 1 ? longMs : 10 * minuteMs, copies] as const)
  .chain(([durationMs, copies]) =>
    fc.record({
      durationMs: fc.constant(durationMs),
      copies: fc.constant(copies),
      records: fc.array(fc.constantFrom(...records), { minLength: 1, maxLength: 6 }),
      processes: fc.array(processes, { minLength: 1, maxLength: 3 }),
      incidents: fc.array(incidents(durationMs), { minLength: 1, maxLength: 5 }),
    }),
  ) as fc.Arbitrary<TenantsPlan>;
