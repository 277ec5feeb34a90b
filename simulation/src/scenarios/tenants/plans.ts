import fc from 'fast-check';
import { disturbances, spans } from '../../world/fleet.ts';
import {
  approveModes,
  type ClientPlan,
  forms,
  type Incident,
  type ProcessPlan,
  records,
  reportModes,
  type Step,
  type TenantsPlan,
  type TimedStep,
  wants,
} from './plan.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const near = (...values: readonly number[]): fc.Arbitrary<number> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(-1, 0, 0, 1)).map(([value, by]) => value + by);

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

/** 0, some milliseconds, seconds or minutes. */
const delays: fc.Arbitrary<number> = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 1_500 }),
  near(500, 1_000, 5_000, 10_000, 30_000, minuteMs, 150_000, 300_000),
  spans(12 * minuteMs),
);
const soon = fc.integer({ min: 0, max: 1_500 });
const now = fc.constant(0);

const processNumber = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 999 }));
const tenant = fc.nat({ max: 5 });

const asks: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  process: processNumber,
  client: fc.nat({ max: 3 }),
  want: fc.constantFrom('good' as const, 'good' as const, 'good' as const, ...wants),
  tenant,
  spread: fc.constantFrom(1, 1, 1, 4),
  size: fc.constantFrom(1, 1, 1, 2, 7),
  waves: fc.constantFrom(1, 1, 2, 4, 20),
  gapMs: fc.constantFrom(50, 999, 1_000, 1_001, 5_000, 61_000),
  inOtherHeader: fc.constantFrom(false, false, false, true),
});

/** Tokens of made-up issuers, or of many tenants, all of them different. */
const floods: fc.Arbitrary<Step> = fc
  .record({
    process: processNumber,
    client: fc.nat({ max: 3 }),
    want: fc.constantFrom('made up' as const, 'made up' as const, 'good' as const),
    wave: fc.constantFrom(
      { size: 1, waves: 60, gapMs: 500 },
      { size: 20, waves: 30, gapMs: 100 },
      { size: 110, waves: 1, gapMs: 0 },
      { size: 110, waves: 5, gapMs: 1_000 },
      { size: 300, waves: 1, gapMs: 0 },
      { size: 40, waves: 20, gapMs: 4_000 },
    ),
    tenant: fc.constantFrom(0, 6, 20, 500),
  })
  .map(({ wave, ...step }) => ({
    kind: 'ask' as const,
    ...step,
    ...wave,
    spread: 100_000,
    inOtherHeader: false,
  }));

/** More unknown issuers than may wait. Slow to simulate, so rare. */
const sieges: fc.Arbitrary<Step> = fc
  .record({
    process: processNumber,
    client: fc.nat({ max: 3 }),
    wave: fc.constantFrom(
      { want: 'made up' as const, size: 1_050, waves: 1, gapMs: 0, spread: 100_000 },
      { want: 'made up' as const, size: 1_050, waves: 3, gapMs: 7_000, spread: 100_000 },
      { want: 'good' as const, size: 1_100, waves: 1, gapMs: 0, spread: 1 },
      { want: 'good' as const, size: 700, waves: 4, gapMs: 3_000, spread: 1 },
      { want: 'good' as const, size: 1_050, waves: 1, gapMs: 0, spread: 100_000 },
      { want: 'forged' as const, size: 2_600, waves: 5, gapMs: 1_500, spread: 1 },
      { want: 'forged' as const, size: 10_050, waves: 1, gapMs: 0, spread: 1 },
      { want: 'made up' as const, size: 2_600, waves: 5, gapMs: 1_000, spread: 100_000 },
    ),
    tenant,
  })
  .map(({ wave, ...step }) => ({ kind: 'ask' as const, ...step, ...wave, inOtherHeader: false }));

const tableChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('record' as const),
  tenant,
  record: fc.constantFrom(...records, 'absent' as const),
});

const troubles: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constantFrom('slow' as const, 'deaf and slow' as const, 'hang' as const, ...approveModes),
  ms: fc.oneof(
    fc.integer({ min: 0, max: 8_000 }),
    near(100, 1_000, 5_000, 30_000),
    fc.integer({ min: 5_000, max: 90_000 }),
  ),
  forMs: spans(30 * minuteMs),
});

const shortTroubles: fc.Arbitrary<Step> = fc
  .tuple(troubles, fc.integer({ min: 1, max: 3_000 }))
  .map(([step, forMs]) => ({ ...step, forMs }) as Step);

const hangs: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constant('hang' as const),
  ms: fc.constant(0),
  forMs: fc.integer({ min: 1_000, max: 60_000 }),
});

const lateAnswers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constant('deaf and slow' as const),
  ms: fc.integer({ min: 8_000, max: 90_000 }),
  forMs: fc.integer({ min: 30_000, max: 180_000 }),
});

const manyAsks: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  process: fc.nat({ max: 3 }),
  client: fc.nat({ max: 3 }),
  want: fc.constant('good' as const),
  tenant,
  spread: fc.constantFrom(1, 2),
  size: fc.constant(1),
  waves: fc.constant(30),
  gapMs: fc.constantFrom(1_000, 4_000),
  inOtherHeader: fc.constant(false),
});

const keyChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('keys' as const),
  tenant,
  change: fc.constantFrom('add' as const, 'withdraw' as const, 'back' as const),
});

const servers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  tenant,
  mode: fc.constantFrom('status 500' as const, 'hang' as const, 'slow' as const),
  forMs: spans(20 * minuteMs),
});

function disturbed(durationMs: number): fc.Arbitrary<Step> {
  const bounds = { durationMs, processes: 4, servers: 6, maxClockMs: hourMs, longestFreezeMs: 2 * hourMs };
  return disturbances(bounds).map((disturbance) => ({ kind: 'disturb' as const, disturbance }));
}

const freezes: fc.Arbitrary<Step> = fc
  .record({ process: fc.nat({ max: 3 }), forMs: spans(2 * hourMs), stopsSteadyClock: fc.boolean() })
  .map((freeze) => ({ kind: 'disturb' as const, disturbance: { kind: 'freeze' as const, atMs: 0, ...freeze } }));

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
      weight: 2,
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

export const plans: fc.Arbitrary<TenantsPlan> = fc
  .constantFrom(30 * minuteMs, 90 * minuteMs, 3 * hourMs)
  .chain((durationMs) =>
    fc.record({
      durationMs: fc.constant(durationMs),
      records: fc.array(fc.constantFrom(...records), { minLength: 1, maxLength: 6 }),
      processes: fc.array(processes, { minLength: 1, maxLength: 3 }),
      incidents: fc.array(incidents(durationMs), { minLength: 1, maxLength: 5 }),
    }),
  ) as fc.Arbitrary<TenantsPlan>;
