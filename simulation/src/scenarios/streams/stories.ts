import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import type { Campaign, Client, Meddling, OperatorAction, Trap } from './plan.ts';

// Campaigns in which operators meet within milliseconds, which random plans rarely produce.

const run = (direction: 'planned' | 'other' = 'planned'): OperatorAction => ({ kind: 'run', direction, leaked: false });
const advance: OperatorAction = { kind: 'advance', direction: 'planned', leaked: false };
const cancel: OperatorAction = { kind: 'cancel', direction: 'planned', leaked: false };

const plain: Campaign = {
  leaked: false,
  goesBack: false,
  isPersistent: true,
  restMs: 0,
  steps: [],
  traps: [],
  clients: [],
};

const nth = fc.integer({ min: 1, max: 8 });
const forMs = fc.oneof(fc.integer({ min: 50, max: 3_000 }), spans(30_000));

/** Two cancels, or a cancel and a plain put of the old key, while a run is under way. */
const cancels: fc.Arbitrary<Campaign> = fc
  .record({
    anchor: fc.constantFrom('note' as const, 'drain end' as const),
    afterMs: fc.integer({ min: -1_200, max: 1_500 }),
    nth: fc.integer({ min: 1, max: 5 }),
    forMs,
    isPut: fc.boolean(),
    putAfterMs: fc.integer({ min: 0, max: 300 }),
  })
  .map((given) => {
    const at = { anchor: given.anchor, afterMs: given.anchor === 'note' ? Math.abs(given.afterMs) : given.afterMs };
    const trap: Trap = {
      operator: 1,
      anchor: given.anchor,
      nth: given.nth,
      effect: 'freeze before',
      forMs: given.forMs,
      meanwhile: given.isPut ? null : cancel,
    };
    const put = { kind: 'meddle', how: 'put from', at: { ...at, afterMs: at.afterMs + given.putAfterMs } } as const;
    return {
      ...plain,
      steps: [{ kind: 'operator', operator: 1, action: cancel, at }, ...(given.isPut ? [put] : [])],
      traps: [trap],
    };
  });

/** A cancel begins while the run sends a request, and is paused while it sends one itself. */
const crossings: fc.Arbitrary<Campaign> = fc
  .record({
    anchor: fc.constantFrom('start' as const, 'drain end' as const, 'drain end' as const),
    runNth: fc.integer({ min: 1, max: 6 }),
    cancelNth: fc.integer({ min: 1, max: 5 }),
    forMs: fc.integer({ min: 50, max: 2_000 }),
    effect: fc.constantFrom('freeze before' as const, 'freeze after' as const),
    isPersistent: fc.boolean(),
  })
  .map(({ anchor, runNth, cancelNth, forMs, effect, isPersistent }) => ({
    ...plain,
    isPersistent,
    steps: isPersistent
      ? []
      : [{ kind: 'operator', operator: 0, action: run(), at: { anchor: 'start', afterMs: 100 } } as const],
    traps: [
      { operator: 0, anchor, nth: runNth, effect: 'none', forMs: 0, meanwhile: cancel },
      { operator: 1, anchor, nth: cancelNth, effect, forMs, meanwhile: null },
    ],
  }));

/** The signal of a run is aborted during one of its requests. */
const stops: fc.Arbitrary<Campaign> = fc
  .record({ anchor: fc.constantFrom('start' as const, 'note' as const, 'drain end' as const), nth })
  .map((given) => ({
    ...plain,
    traps: [{ operator: 0, ...given, effect: 'none', forMs: 0, meanwhile: { kind: 'stop' } }],
  }));

/** Two deploys run the plan, to the same key or to different ones. One of them pauses at a request. */
const duels: fc.Arbitrary<Campaign> = fc
  .record({
    anchor: fc.constantFrom('start' as const, 'drain end' as const),
    nth,
    forMs,
    direction: fc.constantFrom('planned' as const, 'planned' as const, 'other' as const),
    afterMs: fc.integer({ min: 0, max: 2_500 }),
    effect: fc.constantFrom('freeze before' as const, 'freeze after' as const, 'none' as const),
  })
  .map(({ direction, afterMs, ...trap }) => ({
    ...plain,
    steps: [{ kind: 'operator', operator: 1, action: run(direction), at: { anchor: 'start', afterMs } }],
    traps: [{ operator: 0, ...trap, meanwhile: null }],
  }));

/** A process pauses in one of its questions, while it waits for the gateway to use its key. */
const pausedQuestions: fc.Arbitrary<Campaign> = fc
  .record({
    action: fc.constantFrom<OperatorAction>(
      { kind: 'publish', key: 'to', replaces: true },
      { kind: 'advance', direction: 'planned', leaked: true },
      { kind: 'run', direction: 'planned', leaked: true },
    ),
    nth: fc.integer({ min: 3, max: 8 }),
    effect: fc.constantFrom('freeze before' as const, 'freeze after' as const),
    forMs: fc.integer({ min: 4_000, max: 60_000 }),
  })
  .map(({ action, ...trap }) => ({
    ...plain,
    isPersistent: false,
    steps: [{ kind: 'operator', operator: 0, action, at: { anchor: 'start', afterMs: 100 } }],
    traps: [{ operator: 0, anchor: 'start', ...trap, meanwhile: null }],
  }));

/** The gateway goes away twice, while clients ask for tokens all the time. */
const outages: fc.Arbitrary<Campaign> = fc
  .record({
    modes: fc.tuple(
      fc.constantFrom('error' as const, 'reset' as const, 'garbage' as const, 'hang' as const),
      fc.constantFrom('error' as const, 'reset' as const, 'huge' as const),
    ),
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    forMs: fc.integer({ min: 1_500, max: 8_000 }),
    gapMs: fc.integer({ min: 1_200, max: 6_000 }),
    everyMs: fc.integer({ min: 200, max: 1_500 }),
    node: fc.nat({ max: 4 }),
    changes: fc.boolean(),
  })
  .map(({ modes: [first, second], afterMs, forMs, gapMs, everyMs, node, changes }) => {
    const at = (ms: number) => ({ anchor: 'start', afterMs: ms }) as const;
    const client: Client = {
      node,
      at: at(0),
      times: 30,
      everyMs,
      keeps: false,
      ttl: 'longest',
      crowd: 1,
      asks: changes ? 'changed' : 'plain',
    };
    return {
      ...plain,
      steps: [
        { kind: 'gateway', mode: first, forMs, at: at(afterMs) },
        { kind: 'gateway', mode: second, forMs, at: at(afterMs + forMs + gapMs) },
      ],
      clients: [client],
    };
  });

/** Another key is put into the slot during a drain, so that its note belongs to no rotation that comes later. */
const strays: fc.Arbitrary<Campaign> = fc
  .record({
    how: fc.constantFrom('put third' as const, 'put third' as const, 'put to' as const, 'lose buckets' as const),
    afterMs: fc.integer({ min: 100, max: 2_000 }),
    isPersistent: fc.boolean(),
  })
  .map(({ how, afterMs, isPersistent }) => ({
    ...plain,
    isPersistent,
    steps: [
      { kind: 'operator', operator: 0, action: advance, at: { anchor: 'start', afterMs: 50 } },
      { kind: 'meddle', how, at: { anchor: 'note', afterMs } },
    ],
  }));

/** A drain that is left for about a day. Its note is ignored from then on. */
const abandoned: fc.Arbitrary<Campaign> = fc
  .record({ restMs: fc.integer({ min: 86_200_000, max: 86_900_000 }), afterMs: fc.nat({ max: 2_000 }) })
  .map(({ restMs, afterMs }) => ({
    ...plain,
    isPersistent: false,
    restMs,
    steps: [{ kind: 'operator', operator: 0, action: advance, at: { anchor: 'start', afterMs } }],
  }));

/** The old key has leaked while the gateway is in trouble, or uses the key of a file. */
const leaks: fc.Arbitrary<Campaign> = fc
  .record({
    mode: fc.constantFrom('error' as const, 'hang' as const, 'garbage' as const, 'no key' as const, 'file' as const),
    forMs: fc.integer({ min: 2_000, max: 60_000 }),
    kind: fc.constantFrom('run' as const, 'advance' as const),
    afterMs: fc.integer({ min: 10, max: 3_000 }),
  })
  .map(({ mode, forMs, kind, afterMs }) => {
    const at = { anchor: 'start', afterMs: 0 } as const;
    return {
      ...plain,
      leaked: true,
      isPersistent: false,
      steps: [
        mode === 'file' ? { kind: 'file', key: 'third', forMs, at } : { kind: 'gateway', mode, forMs, at },
        {
          kind: 'operator',
          operator: 0,
          action: { kind, direction: 'planned', leaked: false },
          at: { ...at, afterMs },
        },
      ],
    };
  });

/** Keys are published over whatever other tools have put into the slot. */
const publications: fc.Arbitrary<Campaign> = fc
  .record({
    hows: fc.array(
      fc.constantFrom<Meddling[]>(
        'put from',
        'put to',
        'put third',
        'put escaped',
        'put garbage',
        'delete',
        'roll back',
      ),
      { minLength: 1, maxLength: 4 },
    ),
    publish: fc.array(
      fc.record({
        kind: fc.constant('publish' as const),
        key: fc.constantFrom('from' as const, 'to' as const),
        replaces: fc.boolean(),
      }),
      { minLength: 2, maxLength: 5 },
    ),
    gapMs: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 8_000 })),
    // Between a read and a write of a publication.
    isMet: fc.boolean(),
    metAfterMs: fc.integer({ min: 20, max: 80 }),
  })
  .map(({ hows, publish, gapMs, isMet, metAfterMs }) => ({
    ...plain,
    isPersistent: false,
    steps: publish.flatMap((action, index) => {
      const at = { anchor: 'start', afterMs: 500 + index * gapMs } as const;
      const how = hows[index % hows.length] ?? 'put third';
      const later = { anchor: 'start', afterMs: at.afterMs + Math.floor(gapMs / 3) } as const;
      const met = { anchor: 'start', afterMs: later.afterMs + metAfterMs } as const;
      return [
        { kind: 'meddle', how, at } as const,
        { kind: 'operator', operator: index, action, at: later } as const,
        ...(isMet ? [{ kind: 'meddle', how: 'put escaped', at: met } as const] : []),
      ];
    }),
  }));

export const stories: fc.Arbitrary<Campaign> = fc.oneof(
  cancels,
  crossings,
  stops,
  duels,
  pausedQuestions,
  outages,
  strays,
  leaks,
  abandoned,
  publications,
);
