import fc from 'fast-check';
import { disturbances, spans } from '../../world/fleet.ts';
import { approveModes, records, type Step, wants } from './plan.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const times = { minuteMs, hourMs } as const;

const near = (...values: readonly number[]): fc.Arbitrary<number> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(-1, 0, 0, 1)).map(([value, by]) => value + by);

/** 0, some milliseconds, seconds or minutes. */
export const delays: fc.Arbitrary<number> = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 1_500 }),
  near(500, 1_000, 5_000, 10_000, 30_000, minuteMs, 150_000, 300_000),
  spans(12 * minuteMs),
);
export const soon: fc.Arbitrary<number> = fc.integer({ min: 0, max: 1_500 });

const processNumber = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 999 }));
const tenant = fc.nat({ max: 5 });

export const asks: fc.Arbitrary<Step> = fc.record({
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
export const floods: fc.Arbitrary<Step> = fc
  .record({
    process: processNumber,
    client: fc.nat({ max: 3 }),
    want: fc.constantFrom('made up' as const, 'made up' as const, 'good' as const),
    wave: fc.constantFrom(
      { size: 1, waves: 60, gapMs: 500 },
      { size: 20, waves: 12, gapMs: 100 },
      { size: 110, waves: 1, gapMs: 0 },
      { size: 110, waves: 2, gapMs: 1_000 },
      { size: 150, waves: 1, gapMs: 0 },
      { size: 300, waves: 1, gapMs: 0 },
      { size: 40, waves: 6, gapMs: 4_000 },
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

type Want = (typeof wants)[number];

const wave = (want: Want, size: number, waves: number, gapMs: number, spread: number) =>
  fc.constant({ want, size, waves, gapMs, spread });

/** More unknown issuers than may wait. Slow to simulate, so rare. */
export const sieges: fc.Arbitrary<Step> = fc
  .record({
    process: processNumber,
    client: fc.nat({ max: 3 }),
    wave: fc.oneof(
      { weight: 2, arbitrary: wave('made up', 1_050, 1, 0, 100_000) },
      { weight: 1, arbitrary: wave('made up', 1_050, 3, 7_000, 100_000) },
      // Of one tenant, so that all are let through, or wait for one call.
      { weight: 3, arbitrary: wave('good', 1_100, 1, 0, 1) },
      { weight: 2, arbitrary: wave('good', 700, 4, 3_000, 1) },
      { weight: 1, arbitrary: wave('good', 1_050, 1, 0, 100_000) },
      { weight: 1, arbitrary: wave('forged', 2_600, 5, 1_500, 1) },
      { weight: 1, arbitrary: wave('forged', 10_050, 1, 0, 1) },
      { weight: 1, arbitrary: wave('made up', 2_600, 5, 1_000, 100_000) },
    ),
    tenant,
  })
  .map(({ wave, ...step }) => ({ kind: 'ask' as const, ...step, ...wave, inOtherHeader: false }));

export const tableChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('record' as const),
  tenant,
  record: fc.constantFrom(...records, 'absent' as const),
});

export const troubles: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constantFrom('slow' as const, 'deaf and slow' as const, 'hang' as const, ...approveModes),
  ms: fc.oneof(
    fc.integer({ min: 0, max: 8_000 }),
    near(100, 1_000, 5_000, 30_000),
    fc.integer({ min: 5_000, max: 90_000 }),
  ),
  forMs: spans(30 * minuteMs),
});

export const shortTroubles: fc.Arbitrary<Step> = fc
  .tuple(troubles, fc.integer({ min: 1, max: 3_000 }))
  .map(([step, forMs]) => ({ ...step, forMs }) as Step);

export const hangs: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constant('hang' as const),
  ms: fc.constant(0),
  forMs: fc.integer({ min: 1_000, max: 60_000 }),
});

export const lateAnswers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('approve' as const),
  mode: fc.constant('deaf and slow' as const),
  ms: fc.integer({ min: 8_000, max: 90_000 }),
  forMs: fc.integer({ min: 30_000, max: 180_000 }),
});

export const manyAsks: fc.Arbitrary<Step> = fc.record({
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

export const keyChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('keys' as const),
  tenant,
  change: fc.constantFrom('add' as const, 'withdraw' as const, 'back' as const),
});

export const servers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  tenant,
  mode: fc.constantFrom('status 500' as const, 'hang' as const, 'slow' as const),
  forMs: spans(20 * minuteMs),
});

export function disturbed(durationMs: number): fc.Arbitrary<Step> {
  const bounds = { durationMs, processes: 4, servers: 6, maxClockMs: hourMs, longestFreezeMs: 2 * hourMs };
  return disturbances(bounds).map((disturbance) => ({ kind: 'disturb' as const, disturbance }));
}

export const freezes: fc.Arbitrary<Step> = fc
  .record({ process: fc.nat({ max: 3 }), forMs: spans(2 * hourMs), stopsSteadyClock: fc.boolean() })
  .map((freeze) => ({ kind: 'disturb' as const, disturbance: { kind: 'freeze' as const, atMs: 0, ...freeze } }));
