import fc from 'fast-check';
import { type ListenerEnd, listenerEnds } from '../../world/listener.ts';
import { type ConnectionPlan, connections, silentConnection } from '../../world/store-connection.ts';
import { type DocumentPlan, entries, garbage, roleNames } from './documents.ts';

/**
 * A time relative to a limit of the options. It stays at the edge of the limit when plans are shrunk. `limit`: how long a request
 * waits. `renewal`, `expiry`: the ages of a document from which it is read again, and no longer used. `retry`: a second.
 */
export interface Moment {
  readonly of: 'start' | 'limit' | 'renewal' | 'expiry' | 'retry';
  readonly plusMs: number;
}

/** What the store does with reads. */
export const faults = [
  'fails',
  'throws',
  'refuses',
  'hangs',
  'freezes',
  'is slow',
  'answers garbage',
  'answers an old version',
  'answers out of order',
  'is unreliable',
] as const;

export type Step =
  /** A program writes another version. `lose`: the store rolls back, by one write or several. */
  | { readonly kind: 'write'; readonly document: number; readonly version: number }
  | { readonly kind: 'lose'; readonly document: number; readonly writes: number }
  | { readonly kind: 'fault'; readonly fault: (typeof faults)[number]; readonly for: Moment; readonly detail: number }
  /** An app writes another version, or none, and calls `refresh()`. */
  | { readonly kind: 'refresh'; readonly process: number; readonly document: number; readonly version: number | null }
  | { readonly kind: 'crowd'; readonly process: number; readonly document: number; readonly size: number }
  | {
      readonly kind: 'flood';
      readonly process: number;
      readonly document: number;
      readonly paths: number;
      readonly length: number;
    }
  /** Requests at exact ages of the document, or of the last read that failed. */
  | {
      readonly kind: 'edge';
      readonly process: number;
      readonly document: number;
      readonly at: Moment;
      readonly every: number;
    }
  | {
      readonly kind: 'freeze';
      readonly process: number;
      readonly for: Moment;
      readonly stopsSteadyClock: boolean;
      /** The number of repetitions, less than a second apart. */
      readonly times: number;
    }
  | { readonly kind: 'crash'; readonly process: number; readonly for: Moment }
  | { readonly kind: 'clock'; readonly process: number; readonly by: Moment; readonly isBack: boolean }
  /** An edge runtime ends the requests that are under way, with all that they wait for. */
  | { readonly kind: 'cut'; readonly process: number }
  | {
      readonly kind: 'link';
      readonly process: number | null;
      readonly for: Moment;
      readonly link: 'refused' | 'lost' | 'answers lost';
    };

/** Things that happen within seconds or minutes of each other, under traffic. */
export interface Incident {
  /** How long after the last incident has ended. */
  readonly afterMs: number;
  /** How many requests each process gets meanwhile. */
  readonly requests: number;
  readonly steps: readonly { readonly at: Moment; readonly step: Step }[];
}

export interface PoliciesPlan {
  readonly refreshMs: number;
  readonly timeoutMs: number;
  /** `function`: reads over the network. `store`: a Keyv. `memory`: a function that returns its document at once. */
  readonly source: 'function' | 'store' | 'memory';
  readonly processes: readonly { readonly driftPpm: number; readonly aheadMs: number }[];
  /** Whether the store is read through a client that emits the errors of its connection, and how. */
  readonly connection: ConnectionPlan;
  readonly impersonation: 'refuse' | 'audit';
  readonly listener: ListenerEnd;
  /** The versions of each document. */
  readonly documents: readonly (readonly DocumentPlan[])[];
  readonly incidents: readonly Incident[];
}

const few: fc.Arbitrary<number> = fc.nat({ max: 7 });

const plusMs: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1, max: 1 }) },
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
);

const moment: fc.Arbitrary<Moment> = fc.record({
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

const step: fc.Arbitrary<Step> = fc.oneof(
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
const quietStep: fc.Arbitrary<Step> = step.filter(({ kind }) => ['write', 'refresh', 'crowd', 'freeze'].includes(kind));

const incidentOf = (steps: fc.Arbitrary<Step>): fc.Arbitrary<Incident> =>
  fc.record({
    afterMs: fc.oneof(fc.nat({ max: 10_000 }), fc.nat({ max: 4 * 3_600_000 })),
    requests: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 150 })),
    steps: fc.array(fc.record({ at: moment, step: steps }), { minLength: 1, maxLength: 7 }),
  });

const version: fc.Arbitrary<DocumentPlan> = fc.record({
  lastUpdate: fc.option(fc.nat({ max: 3 }), { freq: 4 }),
  roles: fc.uniqueArray(
    fc.tuple(
      fc.nat({ max: roleNames.length - 1 }),
      fc.option<readonly number[]>(fc.uniqueArray(fc.nat({ max: entries.length - 1 }), { maxLength: 5 }), { freq: 12 }),
    ),
    { maxLength: 5, selector: ([role]) => role },
  ),
  form: fc.constantFrom('object', 'object', 'text', 'text with a byte order mark'),
  junk: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 150),
});

const options: fc.Arbitrary<{ readonly refreshMs: number; readonly timeoutMs: number }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ refreshMs: 5_000, timeoutMs: 2_000 }) },
  {
    weight: 4,
    arbitrary: fc.record({
      refreshMs: fc.constantFrom(200, 1_000, 2_000, 5_000, 60_000, 3_600_000),
      timeoutMs: fc.constantFrom(1, 50, 100, 500, 1_000, 2_000, 5_000, 60_000),
    }),
  },
);

export const plans: fc.Arbitrary<PoliciesPlan> = fc
  .record({
    options,
    source: fc.constantFrom('function', 'function', 'store', 'store', 'memory'),
    connection: connections,
    impersonation: fc.constantFrom('refuse', 'refuse', 'audit'),
    listener: listenerEnds,
    processes: fc.oneof({ weight: 12, arbitrary: fleetOf(1, 1) }, { weight: 6, arbitrary: fleetOf(2, 5) }),
    documents: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(versions()) },
      { weight: 1, arbitrary: fc.tuple(versions(), versions()) },
    ),
    incidents: fc.array(incidentOf(step), { minLength: 1, maxLength: 5 }),
  })
  .map(({ options: { refreshMs, timeoutMs }, ...rest }) => ({ refreshMs, timeoutMs, ...rest }));

/**
 * Plans in which only pauses of the processes can keep a read from succeeding. For the commit before pauses were handled, which
 * differs in much else.
 */
export const plansOfPauses: fc.Arbitrary<PoliciesPlan> = fc.record({
  refreshMs: fc.constant(5_000),
  timeoutMs: fc.constant(2_000),
  source: fc.constant('function'),
  connection: fc.constant(silentConnection),
  impersonation: fc.constant('refuse'),
  listener: fc.constant('returns'),
  processes: fc.oneof(fleetOf(1, 1), fleetOf(2, 5)),
  documents: fc.tuple(versions()),
  incidents: fc.array(incidentOf(quietStep), { minLength: 1, maxLength: 5 }),
});

function fleetOf(minLength: number, maxLength: number): fc.Arbitrary<PoliciesPlan['processes']> {
  const driftPpm = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 500 }) },
  );
  const aheadMs = fc.oneof(fc.constant(0), fc.integer({ min: -60_000, max: 60_000 }));
  return fc.array(fc.record({ driftPpm, aheadMs }), { minLength, maxLength });
}

function versions(): fc.Arbitrary<readonly DocumentPlan[]> {
  return fc.array(version, { minLength: 2, maxLength: 5 });
}

/** The most that a request waits for the store. */
export function limitMsOf({ refreshMs, timeoutMs }: PoliciesPlan): number {
  return Math.min(refreshMs, timeoutMs);
}

export function msOf({ of, plusMs: plus }: Moment, plan: PoliciesPlan): number {
  const bases = {
    start: 0,
    limit: limitMsOf(plan),
    renewal: plan.refreshMs * 0.8,
    expiry: plan.refreshMs,
    retry: 1_000,
  };
  return Math.max(0, bases[of] + plus);
}
