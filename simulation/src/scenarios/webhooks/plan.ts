import fc from 'fast-check';
import { type Disturbance, disturbances, spans } from '../../world/fleet.ts';
import { type ListenerEnd, listenerEnds } from '../../world/listener.ts';
import { type ConnectionPlan, connections } from '../../world/store-connection.ts';
import { foreignValues, type StoreFault, storeFaults } from '../../world/store-fault.ts';
import { type Alteration, alterations } from './alteration.ts';
import type { SecretName } from './message.ts';
import { type Story, stories } from './story.ts';

/** What the app's handler does with an event. */
export interface Work {
  readonly takesMs: number;
  /** `throws a status`: an error of a framework, such as that of a user who is not found. */
  readonly ends: 'done' | 'throws' | 'throws a status' | 'never';
}

/** How a body reaches the receiver. */
export const bodyForms = [
  'text',
  'bytes',
  'function',
  'stream',
  'slow stream',
  'broken stream',
  // The app uses the buffer for something else while the delivery is verified.
  'reused bytes',
  'endless stream',
  'endless stream of nothing',
] as const;
export type BodyForm = (typeof bodyForms)[number];

/** What goes wrong when one delivery looks up its event. */
export interface Lookups {
  /** Which of its lookups the store hides, a bit for each round trip. */
  readonly hidden: number;
  /** The store has this number of `foreignValues` under the key of the event. */
  readonly foreign: number | null;
}

export const goodLookups: Lookups = { hidden: 0, foreign: null };

export interface Copy {
  readonly to: number;
  readonly afterMs: number;
}

export type Step = { readonly atMs: number } & (
  | {
      readonly kind: 'event';
      readonly to: number;
      /** Deliveries that the network doubles, to any process. */
      readonly copies: readonly Copy[];
      /** What the first handlings do. Those after them are done at once. */
      readonly works: readonly Work[];
      readonly form: BodyForm;
      /** `null`: an update of a user. */
      readonly story: Story | null;
      /** The store loses so many of its last writes, soon after. */
      readonly loss: { readonly afterMs: number; readonly count: number } | null;
      /** By how many bytes the body exceeds `maxBytes`. `null` for a usual size. */
      readonly beyondMaxBytes: number | null;
      /** The number of answers that never reach the sender. */
      readonly losesAnswers: number;
    }
  /** An event is delivered again with a new timestamp. `age`: seconds beyond an edge of the tolerance. */
  | {
      readonly kind: 'again';
      readonly of: number;
      readonly to: number;
      readonly age: { readonly edge: 'old' | 'new'; readonly beyond: number } | null;
      readonly lookups: Lookups;
    }
  /** An attacker sends a recorded delivery, also one who changes it, or waits for an edge of the tolerance. */
  | {
      readonly kind: 'replay';
      readonly of: number;
      readonly to: number;
      readonly alteration: Alteration;
      readonly edgeMs: number | null;
    }
  | {
      readonly kind: 'flood';
      readonly count: number;
      readonly everyMs: number;
      readonly to: number | null;
      readonly work: Work;
    }
  | { readonly kind: 'store'; readonly fault: StoreFault }
  | { readonly kind: 'disturbance'; readonly disturbance: Disturbance }
);

export interface WebhookPlan {
  readonly processes: readonly { readonly aheadMs: number; readonly driftPpm: number }[];
  readonly store: 'shared' | 'memory' | 'none';
  /** Whether the client of the store emits the errors of its connection, and how. */
  readonly connection: ConnectionPlan;
  /** Whether `memory` holds as many events as it remembers. */
  readonly isMemoryFull: boolean;
  readonly listener: ListenerEnd;
  /** `null`: receivers without the option `revocations`. */
  readonly announcer: { readonly announcesSessions: boolean } | null;
  /** Receivers in each process, with one store. */
  readonly receivers: number;
  readonly leaseSeconds: number;
  readonly toleranceSeconds: number;
  readonly rememberSeconds: number;
  readonly maxBytes: number;
  readonly latencyMs: number;
  readonly sender: { readonly aheadMs: number; readonly retrySeconds: readonly number[] };
  /** When receivers and sender change their secrets; `null`: never. */
  readonly rotation: {
    readonly receivers: readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[];
    readonly sender: readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[];
  } | null;
  readonly steps: readonly Step[];
}

/** A time or duration that may depend on the lease. */
interface Relative {
  readonly leases: number;
  readonly ms: number;
}

interface Incident {
  readonly gapMs: number;
  /** The gap is around `rememberSeconds`. */
  readonly isLong: boolean;
  readonly steps: readonly { readonly after: Relative; readonly step: Draft }[];
}

type Draft = Exclude<Step, { readonly kind: 'event' | 'flood' | 'store' }> | EventDraft | FloodDraft | StoreDraft;
type WorkDraft = Pick<Work, 'ends'> & { readonly takes: Relative };
type EventDraft = Omit<Extract<Step, { readonly kind: 'event' }>, 'works'> & {
  readonly works: readonly WorkDraft[];
  /** More copies, around the end of a lease. */
  readonly late: readonly { readonly to: number; readonly after: Relative }[];
  readonly feedDelay: Relative;
};
type FloodDraft = Omit<Extract<Step, { readonly kind: 'flood' }>, 'work' | 'everyMs'> & {
  readonly work: WorkDraft;
  readonly every: Relative;
};
type StoreDraft = {
  readonly kind: 'store';
  readonly atMs: number;
  readonly fault: StoreFault;
  readonly delay: Relative;
};

const relative: fc.Arbitrary<Relative> = fc.record({
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

const orNull = <T>(value: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | null> =>
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

const incident: fc.Arbitrary<Incident> = fc.record({
  gapMs: spans(600_000),
  isLong: fc.constantFrom(false, false, false, true),
  steps: fc.array(
    fc.record({
      after: relative,
      step: fc.oneof<fc.WeightedArbitrary<Draft>[]>(
        { weight: 6, arbitrary: event },
        { weight: 4, arbitrary: again },
        { weight: 3, arbitrary: replay },
        { weight: 1, arbitrary: flood },
        { weight: 5, arbitrary: storeFault },
        { weight: 3, arbitrary: disturbance },
      ),
    }),
    { minLength: 1, maxLength: 7 },
  ),
});

const clocks = fc.record({
  aheadMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -2_000, max: 2_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -310_000, max: 310_000 }) },
  ),
  driftPpm: fc.constantFrom(0, 0, 0, 200, -200),
});

const rotation: fc.Arbitrary<WebhookPlan['rotation']> = fc
  .tuple(
    fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 2 }),
    fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 2 }),
  )
  .map(([receivers, sender]) => ({ receivers: stages(receivers), sender: stages(sender) }));

function stages(
  times: readonly number[],
): readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[] {
  const [firstMs = 0, lastMs = 0] = times.toSorted((a, b) => a - b);
  return [
    { atMs: firstMs, secrets: ['new', 'old'] },
    { atMs: lastMs, secrets: ['new'] },
  ];
}

const drafts = fc.record({
  processes: fc.oneof(
    { weight: 3, arbitrary: fc.array(clocks, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(clocks, { minLength: 4, maxLength: 6 }) },
  ),
  store: fc.constantFrom(
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'memory',
    'none',
  ) as fc.Arbitrary<WebhookPlan['store']>,
  connection: connections,
  isMemoryFull: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  listener: listenerEnds,
  announcer: orNull(fc.record({ announcesSessions: fc.boolean() }), 2),
  receivers: fc.constantFrom(1, 1, 2),
  leaseSeconds: fc.constantFrom(60, 60, 60, 10, 5, 2, 1, 3600),
  toleranceSeconds: fc.constantFrom(300, 300, 300, 60, 5, 1, 0),
  remember: fc.constantFrom('least', 'least', 'hour', 'week'),
  maxBytes: fc.constantFrom(1024 * 1024, 1_000),
  latencyMs: fc.constantFrom(30, 30, 1, 300),
  sender: fc.record({
    aheadMs: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -301_000, max: 301_000 }) },
    ),
    retrySeconds: fc.constantFrom([1, 5, 30, 120], [1, 5, 30, 120, 600, 3600], [0.1, 0.1, 1, 1, 5, 10, 30, 60], []),
  }),
  rotation: orNull(rotation, 3),
  incidents: fc.array(incident, { minLength: 1, maxLength: 5 }),
});

export const plans: fc.Arbitrary<WebhookPlan> = drafts.map(({ remember, incidents, ...rest }) => {
  const least = 2 * rest.toleranceSeconds + 1;
  const rememberSeconds = { least, hour: 3_601, week: 7 * 86_400 }[remember];
  const leaseMs = rest.leaseSeconds * 1000;
  const steps: Step[] = [];
  let beganAtMs = 0;
  for (const { gapMs, isLong, steps: drafted } of incidents) {
    beganAtMs += isLong && remember !== 'week' ? rememberSeconds * 1000 + gapMs / 10 : gapMs;
    for (const { after, step } of drafted) {
      steps.push(resolved(step, Math.round(beganAtMs) + inMs(after, leaseMs), leaseMs));
    }
  }
  return { ...rest, rememberSeconds, steps: steps.sort((a, b) => a.atMs - b.atMs) };
});

function inMs({ leases, ms }: Relative, leaseMs: number): number {
  return Math.max(0, Math.round(leases * leaseMs) + ms);
}

function resolved(step: Draft, atMs: number, leaseMs: number): Step {
  const worked = ({ takes, ends }: WorkDraft): Work => ({ takesMs: inMs(takes, leaseMs), ends });
  switch (step.kind) {
    case 'event': {
      const { feedDelay, late, story, ...rest } = step;
      const copies = [...step.copies, ...late.map((copy) => ({ to: copy.to, afterMs: inMs(copy.after, leaseMs) }))];
      return { ...rest, atMs, copies, works: step.works.map(worked), story: slowed(story, inMs(feedDelay, leaseMs)) };
    }
    case 'flood': {
      const { work: drafted, every, ...rest } = step;
      return { ...rest, atMs, work: worked(drafted), everyMs: inMs(every, leaseMs) };
    }
    case 'store':
      return { kind: 'store', atMs, fault: delayed(step.fault, atMs, Math.min(30_000, inMs(step.delay, leaseMs))) };
    case 'disturbance':
      return { ...step, atMs, disturbance: { ...step.disturbance, atMs } };
    default:
      return { ...step, atMs };
  }
}

function slowed(story: Story | null, afterMs: number): Story | null {
  if (story?.feed == null) return story;
  return { ...story, feed: { ...story.feed, afterMs: Math.min(20_000, afterMs) } };
}

/** The generator has left 1 for the delay of a slow store. */
function delayed(fault: StoreFault, atMs: number, delayMs: number): StoreFault {
  if (fault.kind !== 'slow') return { ...fault, atMs };
  return fault.beforeMs > 0 ? { ...fault, atMs, beforeMs: delayMs } : { ...fault, atMs, afterMs: delayMs };
}
