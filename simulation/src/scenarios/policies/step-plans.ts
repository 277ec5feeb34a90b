import fc from 'fast-check';
import { garbage } from './documents.ts';
import { faults, type Moment, type Step } from './plan.ts';

const few: fc.Arbitrary<number> = fc.nat({ max: 7 });

const plusMs: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1, max: 1 }) },
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
);

export const moment: fc.Arbitrary<Moment> = fc.record({
  of: fc.constantFrom('start', 'limit', 'renewal', 'expiry', 'retry'),
  plusMs,
});

const longMoment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 4, arbitrary: moment },
  {
    weight: 1,
    arbitrary: fc.record({ of: fc.constant('start' as const), plusMs: fc.integer({ min: 0, max: 4_000_000 }) }),
  },
);

const process: fc.Arbitrary<number> = fc.nat({ max: 4 });
const document: fc.Arbitrary<number> = fc.nat({ max: 1 });

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), document, version: few }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('lose' as const), document, writes: fc.constantFrom(1, 1, 2, 5) }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      fault: fc.constantFrom(...faults, 'is unreliable', 'is unreliable', 'answers out of order'),
      for: longMoment,
      detail: fc.oneof(fc.nat({ max: garbage.length - 1 }), fc.nat({ max: 100_000 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refresh' as const),
      process,
      document,
      version: fc.option(few, { freq: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crowd' as const),
      process,
      document,
      size: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 2, max: 50 }) },
        { weight: 4, arbitrary: fc.constant(1_000) },
        { weight: 1, arbitrary: fc.constant(10_020) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flood' as const),
      process,
      document,
      paths: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 2, max: 60 }) },
        { weight: 2, arbitrary: fc.constant(4_000) },
        { weight: 1, arbitrary: fc.constant(10_500) },
      ),
      length: fc.constantFrom(10, 10, 900, 2_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('edge' as const),
      process,
      document,
      at: fc.record({
        of: fc.constantFrom('renewal', 'expiry', 'retry', 'limit'),
        plusMs: fc.integer({ min: -2, max: 2 }),
      }),
      every: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('freeze' as const),
      process,
      for: longMoment,
      stopsSteadyClock: fc.boolean(),
      times: fc.constantFrom(1, 1, 1, 2, 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), process, for: moment }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), process, by: longMoment, isBack: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), process }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      process: fc.option(process, { freq: 2 }),
      for: longMoment,
      link: fc.constantFrom('refused', 'lost', 'answers lost'),
    }),
  },
);

/** What can happen while the store is well. */
export const quietStep: fc.Arbitrary<Step> = step.filter(({ kind }) =>
  ['write', 'refresh', 'crowd', 'freeze'].includes(kind),
);
