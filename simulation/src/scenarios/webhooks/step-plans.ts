import fc from 'fast-check';
import { disturbances, spans } from '../../world/fleet.ts';
import { foreignValues, storeFaults } from '../../world/store-fault.ts';
import { alterations } from './alteration.ts';
import type { Draft, EventDraft, FloodDraft, Relative, StoreDraft, WorkDraft } from './draft.ts';
import { type BodyForm, goodLookups } from './plan.ts';
import { stories } from './story.ts';

export const relative: fc.Arbitrary<Relative> = fc.record({
  leases: fc.constantFrom(0, 0, 0, 0, 0.25, 0.5, 1, 1, 2),
  ms: fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: 2_000 }),
    fc.integer({ min: -6, max: 6 }),
    spans(20_000),
  ),
});

const work: fc.Arbitrary<WorkDraft> = fc.record({
  takes: fc.oneof({ weight: 2, arbitrary: fc.constant({ leases: 0, ms: 0 }) }, { weight: 3, arbitrary: relative }),
  ends: fc.constantFrom('done', 'done', 'done', 'done', 'throws', 'throws a status', 'never'),
});

const to = fc.nat({ max: 5 });
const atMs = fc.constant(0);
const few = fc.integer({ min: 0, max: 40 });
const kind = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);

export const orNull = <T>(value: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | null> =>
  fc.option<T, null>(value, { nil: null, freq });

const copies = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(fc.record({ to, afterMs: few }), { minLength: 1, maxLength: 3 }) },
  { weight: 2, arbitrary: fc.array(fc.record({ to, afterMs: spans(20_000) }), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ to, afterMs: fc.constant(0) }), { minLength: 20, maxLength: 100 }) },
);

const event: fc.Arbitrary<EventDraft> = fc.record({
  kind: kind('event'),
  atMs,
  to,
  copies,
  late: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.record({ to, after: relative }), { minLength: 1, maxLength: 3 }) },
  ),
  works: fc.array(work, { maxLength: 3 }),
  form: fc.oneof(
    {
      weight: 200,
      arbitrary: fc.constantFrom<BodyForm>(
        'text',
        'text',
        'bytes',
        'reused bytes',
        'function',
        'stream',
        'slow stream',
        'broken stream',
      ),
    },
    { weight: 2, arbitrary: fc.constant<BodyForm>('endless stream') },
    { weight: 1, arbitrary: fc.constant<BodyForm>('endless stream of nothing') },
  ),
  story: orNull(stories, 2),
  feedDelay: fc.oneof(relative, fc.record({ leases: fc.constant(0), ms: fc.integer({ min: 9_900, max: 10_100 }) })),
  loss: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ afterMs: spans(1_000), count: fc.constantFrom(1, 1, 2, 4) }) },
  ),
  beyondMaxBytes: fc.constantFrom(null, null, null, null, -1, 0, 1),
  losesAnswers: fc.constantFrom(0, 0, 0, 1, 2),
});

const again: fc.Arbitrary<Draft> = fc.record({
  kind: kind('again'),
  atMs,
  of: fc.nat({ max: 7 }),
  to,
  lookups: fc.oneof(
    { weight: 8, arbitrary: fc.constant(goodLookups) },
    {
      weight: 4,
      arbitrary: fc.record({ hidden: fc.integer({ min: 1, max: 2 ** 8 - 1 }), foreign: fc.constant(null) }),
    },
    { weight: 1, arbitrary: fc.record({ hidden: fc.constant(0), foreign: fc.nat({ max: foreignValues.length - 1 }) }) },
  ),
  age: orNull(fc.record({ edge: fc.constantFrom('old', 'new'), beyond: fc.constantFrom(-1, 0, 1) }), 2),
});

const replay: fc.Arbitrary<Draft> = fc.record({
  kind: kind('replay'),
  atMs,
  of: fc.nat({ max: 15 }),
  to,
  alteration: fc.oneof(fc.constant('none' as const), fc.constantFrom(...alterations)),
  edgeMs: orNull(fc.integer({ min: -2, max: 1 }), 2),
});

const flood: fc.Arbitrary<FloodDraft> = fc.record({
  kind: kind('flood'),
  atMs,
  count: fc.integer({ min: 1, max: 60 }),
  every: fc.record({ leases: fc.constantFrom(0, 0, 0.1, 0.5), ms: few }),
  to: orNull(to, 2),
  work: fc.oneof(work, work, fc.record({ takes: relative, ends: fc.constant('never' as const) })),
});

const storeFault: fc.Arbitrary<StoreDraft> = fc.record({
  kind: kind('store'),
  atMs,
  fault: storeFaults({ atMs, longestMs: 120_000, delaysMs: fc.constant(1) }),
  delay: fc.oneof(
    relative,
    fc.record({ leases: fc.constantFrom(0.25, 0.5), ms: fc.integer({ min: -8, max: 8 }) }),
    fc.record({ leases: fc.constant(0), ms: fc.integer({ min: 2_900, max: 3_100 }) }),
    fc.record({ leases: fc.constant(0), ms: fc.integer({ min: 2_990, max: 3_002 }) }),
    fc.record({ leases: fc.constant(0), ms: fc.integer({ min: 20, max: 500 }) }),
  ),
});

const disturbance: fc.Arbitrary<Draft> = fc.record({
  kind: kind('disturbance'),
  atMs,
  disturbance: disturbances({
    durationMs: 60_000,
    processes: 6,
    servers: 4,
    maxClockMs: 400_000,
    longestFreezeMs: 120_000,
  }),
});

export const stepDrafts: fc.Arbitrary<Draft> = fc.oneof<fc.WeightedArbitrary<Draft>[]>(
  { weight: 6, arbitrary: event },
  { weight: 4, arbitrary: again },
  { weight: 3, arbitrary: replay },
  { weight: 1, arbitrary: flood },
  { weight: 5, arbitrary: storeFault },
  { weight: 3, arbitrary: disturbance },
);
