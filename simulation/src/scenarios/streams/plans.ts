import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import type {
  Actor,
  Anchor,
  Campaign,
  Client,
  GatewayMode,
  Meddling,
  Moment,
  OperatorAction,
  Step,
  StoreMode,
  StreamsPlan,
  Trap,
} from './plan.ts';
import { stories } from './stories.ts';

const leaked = fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const direction = fc.oneof(
  { weight: 12, arbitrary: fc.constant('planned' as const) },
  { weight: 1, arbitrary: fc.constantFrom('other' as const, 'undo' as const) },
);

const action: fc.Arbitrary<OperatorAction> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('run' as const), direction, leaked }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), direction, leaked }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('plan' as const), direction, leaked }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('cancel' as const), direction, leaked: fc.constant(false) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      key: fc.constantFrom('from' as const, 'to' as const),
      replaces: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'stop' as const }) },
);

const operator = fc.nat({ max: 2 });
const actor: fc.Arbitrary<Actor> = fc.record({
  role: fc.oneof(
    { weight: 3, arbitrary: fc.constant('operator' as const) },
    { weight: 2, arbitrary: fc.constant('node' as const) },
  ),
  number: fc.nat({ max: 4 }),
});

/** Outages as long as a minute of retries, give or take, and any other length. */
const outageMs = fc.oneof(
  spans(150_000),
  fc.integer({ min: 40_000, max: 80_000 }),
  fc.integer({ min: 1_000, max: 8_000 }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('operator' as const), operator, action }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('freeze' as const),
      process: actor,
      forMs: spans(400_000),
      stopsSteadyClock: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), process: actor, forMs: spans(60_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      process: actor,
      byMs: fc.integer({ min: -30_000, max: 30_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      process: actor,
      to: fc.constantFrom('store' as const, 'gateway' as const),
      forMs: outageMs,
      lost: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('gateway' as const),
      mode: fc.constantFrom<GatewayMode[]>(
        'error',
        'redirect',
        'no key',
        'hang',
        'reset',
        'slow',
        'too slow',
        'slow body',
        'endless body',
        'huge',
        'garbage',
        'empty',
        'untrusted',
        'cut off',
      ),
      forMs: outageMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      key: fc.constantFrom('from' as const, 'to' as const, 'third' as const),
      forMs: outageMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('store' as const),
      mode: fc.constantFrom<StoreMode[]>(
        'down',
        'hangs',
        'freezes',
        'slow',
        'uneven',
        'refuses',
        'unfit',
        'flaky',
        'answers lost',
      ),
      forMs: outageMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('meddle' as const),
      how: fc.constantFrom<Meddling[]>(
        'put from',
        'put to',
        'put third',
        'put escaped',
        'put garbage',
        'delete',
        'lose buckets',
        'roll back',
        'spoil note',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('old node' as const), node: fc.nat({ max: 4 }) }) },
);

const near = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 4_000 }),
  fc.integer({ min: 0, max: 30_000 }),
);
const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ anchor: fc.constant('start' as const), afterMs: near }) },
  { weight: 10, arbitrary: fc.record({ anchor: fc.constant('note' as const), afterMs: near }) },
  {
    weight: 30,
    arbitrary: fc.record({
      anchor: fc.constant('drain end' as const),
      afterMs: fc.oneof(
        near,
        near.map((ms) => -ms),
      ),
    }),
  },
);

/** Several steps within seconds. */
const incident = fc
  .tuple(moment, fc.array(fc.tuple(step, spans(20_000)), { minLength: 1, maxLength: 4 }))
  .map(([at, steps]) => {
    let afterMs = at.afterMs;
    return steps.map(([each, gapMs]) => {
      const placed = { ...each, at: { ...at, afterMs } };
      afterMs += gapMs;
      return placed;
    });
  });

const trap: fc.Arbitrary<Trap> = fc.record({
  operator,
  anchor: fc.constantFrom<Anchor[]>('start', 'note', 'drain end'),
  nth: fc.integer({ min: 1, max: 16 }),
  effect: fc.constantFrom<Trap['effect'][]>(
    'freeze before',
    'freeze before',
    'freeze after',
    'freeze after',
    'crash before',
    'crash after',
    'request lost',
    'answer lost',
  ),
  forMs: fc.oneof(fc.integer({ min: 100, max: 3_000 }), spans(200_000)),
  meanwhile: fc.option(action, { freq: 3 }),
});

const client: fc.Arbitrary<Client> = fc.record({
  node: fc.nat({ max: 4 }),
  at: moment,
  times: fc.integer({ min: 1, max: 12 }),
  everyMs: fc.oneof(fc.integer({ min: 100, max: 1_100 }), spans(20_000)),
  keeps: fc.boolean(),
  ttl: fc.oneof(
    { weight: 4, arbitrary: fc.constant('longest' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Client['ttl'][]>('drain', 'above drain', 'short', 'one', 'too long', 'zero'),
    },
  ),
  crowd: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 20) }),
  asks: fc.oneof(
    { weight: 5, arbitrary: fc.constant('plain' as const) },
    { weight: 3, arbitrary: fc.constantFrom<Client['asks'][]>('changed', 'user', 'late user', 'impersonated') },
  ),
});

const campaign: fc.Arbitrary<Campaign> = fc.record({
  leaked,
  goesBack: fc.boolean(),
  isPersistent: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  restMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 80_000_000, max: 87_000_000 }) },
  ),
  steps: fc.array(incident, { maxLength: 4 }).map((incidents) => incidents.flat()),
  traps: fc.array(trap, { maxLength: 4 }),
  clients: fc.array(client, { maxLength: 4 }),
});

/** Clocks that are right, nearly right, up to a minute off, and rarely wrong. */
const aheadMs = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: -1_500, max: 1_500 }) },
  { weight: 2, arbitrary: fc.integer({ min: -59_000, max: 59_000 }) },
);
const operatorAheadMs = fc.oneof(
  { weight: 24, arbitrary: aheadMs },
  { weight: 1, arbitrary: fc.constantFrom(-90_000, -3_600_000, 3_600_000, 100_000_000) },
);

const lifetimes = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) },
      { weight: 4, arbitrary: fc.integer({ min: 13, max: 120 }) },
      { weight: 2, arbitrary: fc.constantFrom(60, 61, 300) },
      { weight: 1, arbitrary: fc.constantFrom(900, 1_800) },
    ),
    fc.oneof(fc.constant(60), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 10 })),
  )
  .map(([maxTtlSeconds, drainTtlSeconds]) => ({ maxTtlSeconds, drainTtlSeconds }));

export const streamsPlans: fc.Arbitrary<StreamsPlan> = fc
  .record({
    lifetimes,
    storeHasClock: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    storeAheadMs: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -1_000, max: 1_000 }) },
    ),
    nodes: fc.array(aheadMs, { minLength: 1, maxLength: 4 }),
    operators: fc.array(operatorAheadMs, { minLength: 1, maxLength: 3 }),
    driftPpm: fc.oneof(fc.constant([0]), fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 7 })),
    lagMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 4_500 })),
    answersJson: fc.boolean(),
    campaigns: fc.array(fc.oneof({ weight: 3, arbitrary: campaign }, { weight: 2, arbitrary: stories }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ lifetimes: { maxTtlSeconds, drainTtlSeconds }, ...rest }) => ({ maxTtlSeconds, drainTtlSeconds, ...rest }));
