import fc from 'fast-check';
import {
  attacks,
  type Incident,
  type Moment,
  operatorActs,
  type RevocationsPlan,
  type Step,
  subjectKinds,
} from './plan.ts';

const plusMs: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 60 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -5_000, max: 30_000 }) },
);

const nearMoment: fc.Arbitrary<Moment> = fc.record({ of: fc.constantFrom('start', 'start', 'second', 'wait'), plusMs });

const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 5, arbitrary: nearMoment },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('stale' as const), plusMs }) },
);

const longMoment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 14, arbitrary: moment },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('memory' as const), plusMs }) },
);

const process: fc.Arbitrary<number> = fc.nat({ max: 3 });
const who: fc.Arbitrary<number> = fc.nat({ max: 5 });
const kind = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);

const clockMs: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -600_000, max: 600_000 }),
  fc.constantFrom(-600_000, 600_000, -30_000, 30_000, 1_000),
);

const revoke: fc.Arbitrary<Step> = fc.record({
  kind: kind('revoke'),
  process,
  subject: fc.constantFrom(...subjectKinds, 'user', 'user', 'member', 'member', 'token'),
  who,
  at: fc.option<number>(fc.constantFrom(0, 0, -1, -30, -59, 20, 290, 897, 903), { freq: 2 }),
  crashesAfterMs: fc.option<number>(fc.integer({ min: 0, max: 120 }), { freq: 5 }),
  repeatsAfterMs: fc.option<number>(fc.integer({ min: 0, max: 8_000 }), { freq: 2 }),
});

const ban: fc.Arbitrary<Step> = fc.record({
  kind: kind('ban'),
  process,
  who,
  operation: fc.constantFrom('ban', 'ban', 'delete', 'unban'),
  api: fc.constantFrom('answers', 'answers', 'answers', 'fails', 'answer is lost'),
  apiMs: fc.constantFrom(0, 10, 500, 3_000),
  crashesAfterMs: fc.option<number>(fc.integer({ min: 0, max: 100 }), { freq: 2 }),
});

const steps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 10, arbitrary: revoke },
  { weight: 4, arbitrary: ban },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('many'),
      process,
      count: fc.constantFrom(3, 8, 9, 10, 60, 110),
      at: fc.constantFrom(0, -1, -50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('webhook'),
      process,
      who,
      event: fc.constantFrom('user.banned', 'user.banned', 'user.deleted', 'session.revoked', 'user.updated'),
      environment: fc.constantFrom('own', 'own', 'none', 'other'),
      lateSeconds: fc.constantFrom(0, 3, 100, 3_600),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('attack'), attack: fc.constantFrom(...attacks), who }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind('probe'), plusSeconds: fc.constantFrom(0, 0, 0, 1, 2, 31, 60) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('socket'),
      process,
      who,
      actor: fc.constantFrom(null, 4, 5),
      lifeSeconds: fc.constantFrom(20, 60, 300),
      idlesMs: fc.constantFrom(0, 0, 1_100, 20_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('close'), process, for: moment }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('store'),
      mode: fc.constantFrom('hangs', 'hangs', 'down', 'down', 'slow', 'readonly', 'oom', 'noauth', 'loading'),
      for: longMoment,
      delayMs: fc.constantFrom(100, 900, 4_000, 11_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('flush'), writesAtOnce: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('failover'),
      cuts: fc.boolean(),
      readonlyForMs: fc.constantFrom(0, 0, 2_000, 30_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('restart'), by: moment, downForMs: fc.constantFrom(0, 500, 20_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('store clock'), byMs: clockMs }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('link'),
      process: fc.option<number>(process, { freq: 3 }),
      for: longMoment,
      link: fc.constantFrom('refused', 'lost', 'answers lost'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('cut') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('freeze'),
      process,
      for: moment,
      stopsSteadyClock: fc.boolean(),
      afterNewsMs: fc.option<number>(fc.integer({ min: 1, max: 120 }), { freq: 2 }),
      meanwhile: fc.constantFrom('nothing', 'revoke', 'revoke', 'flush', 'failover'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('crash'), process, restartAfterMs: fc.constantFrom(1, 100, 5_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('clock'), process, byMs: clockMs, backAfterMs: fc.constant(null) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('clock'),
      process,
      byMs: fc.constantFrom(600_000, 600_000, -600_000),
      backAfterMs: fc.constantFrom(3_000, 130_000, 250_000),
    }),
  },
];

const redisStep: fc.Arbitrary<Step> = fc.oneof(
  ...steps,
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('split'), side: fc.integer({ min: 1, max: 15 }), for: moment }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('replica'), link: fc.constantFrom('silent', 'silent', 'down'), for: moment }),
  },
);

const pollStep: fc.Arbitrary<Step> = fc.oneof(
  ...steps,
  // Notifications that come during a read.
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('many'), process, count: fc.constantFrom(2, 3, 4), at: fc.constantFrom(0, -1) }),
  },
);

/** Two processes revoke at the same time: the same user with different moments, or two users. */
const raceOf = (isSameUser: boolean): fc.Arbitrary<Incident> =>
  fc.tuple(process, who, fc.nat({ max: 80 }), fc.boolean()).map(([number, user, laterMs, isEarlierFirst]) => {
    const [one, other] = isEarlierFirst ? [0, laterMs] : [laterMs, 0];
    const made = (position: number, plusMs: number): { readonly at: Moment; readonly step: Step } => {
      const common = { kind: 'revoke', subject: 'user', crashesAfterMs: null, repeatsAfterMs: null } as const;
      const at = isSameUser ? -30 * position : 0;
      const step = { ...common, process: number + position, who: user + (isSameUser ? 0 : position), at };
      return { at: { of: 'start', plusMs }, step };
    };
    return { after: { of: 'start', plusMs: 5_000 }, requests: 4, steps: [made(0, one), made(1, other)] };
  });

/** An operator changes the bucket while nothing else happens. */
const operation: fc.Arbitrary<readonly Incident[]> = fc
  .tuple(fc.array(revoke, { minLength: 2, maxLength: 4 }), fc.constantFrom(...operatorActs), who)
  .map(([made, does, number]) => [
    after(start(1_000), made),
    after(start(90_000), [{ kind: 'operator', does, who: number }]),
    after(start(130_000), [probe]),
  ]);

const natsStep: fc.Arbitrary<Step> = fc.oneof(
  ...steps,
  { weight: 2, arbitrary: fc.record({ kind: kind('stall') }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('operator'), does: fc.constantFrom(...operatorActs), who }) },
);

const incidentOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<Incident> =>
  fc.record({
    after: fc.oneof(
      { weight: 6, arbitrary: nearMoment },
      { weight: 2, arbitrary: fc.record({ of: kind('start'), plusMs: fc.integer({ min: 0, max: 90_000 }) }) },
      { weight: 1, arbitrary: fc.record({ of: kind('memory'), plusMs: fc.integer({ min: -700_000, max: 400_000 }) }) },
    ),
    requests: fc.oneof(fc.nat({ max: 6 }), fc.nat({ max: 40 })),
    steps: fc.array(fc.record({ at: moment, step }), { minLength: 1, maxLength: 7 }),
  });

const after = (at: Moment, steps: readonly Step[]): Incident => ({
  after: at,
  requests: 4,
  steps: steps.map((each, position) => ({ at: { of: 'start', plusMs: position * 300 }, step: each })),
});
const start = (ms: number): Moment => ({ of: 'start', plusMs: ms });
const probe: Step = { kind: 'probe', plusSeconds: 0 };
const ms = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** What takes several steps that seldom come together by chance. */
const story: fc.Arbitrary<readonly Incident[]> = fc.oneof(
  // A revocation that the store refuses for long.
  fc
    .tuple(revoke, fc.constantFrom('readonly', 'oom', 'down', 'hangs'), ms(100_000, 700_000))
    .map(([made, mode, forMs]) => [
      after(start(1_000), [{ kind: 'store', mode, for: start(forMs), delayMs: 0 }, made, probe]),
      after(start(64_000), [probe]),
    ]),
  // Entries that are almost over, and others that are not.
  fc
    .tuple(
      fc.array(revoke, { minLength: 2, maxLength: 5 }),
      revoke,
      ms(-400_000, -60_000),
      ms(30_000, 130_000),
      process,
    )
    .map(([early, late, plusMs, endMs, crashes]) => [
      after(start(1_000), early),
      after({ of: 'memory', plusMs }, [late, ...early.slice(0, 2)]),
      after(start(-plusMs + endMs), [probe, { kind: 'crash', process: crashes, restartAfterMs: 100 }, probe, probe]),
    ]),
  // A server that starts while tokens of before the ban are still accepted.
  fc
    .tuple(revoke, ms(20_000, 400_000), process)
    .map(([made, afterMs, crashes]) => [
      after(start(1_000), [made, probe]),
      after(start(afterMs), [{ kind: 'crash', process: crashes, restartAfterMs: 100 }]),
      after(start(100), [probe, probe, probe, probe, probe, probe, probe]),
    ]),
  // A server that is paused again and again.
  fc
    .tuple(ms(5_000, 40_000), moment, fc.boolean(), process, fc.boolean())
    .map(([pauseMs, first, stopsSteadyClock, number, losesLink]) =>
      [first, start(pauseMs), first].map((forMoment) =>
        after(start(pauseMs), [
          ...(losesLink ? [{ kind: 'link', process: number, for: start(400), link: 'lost' } as const] : []),
          { kind: 'freeze', process: number, for: forMoment, stopsSteadyClock, afterNewsMs: null, meanwhile: 'revoke' },
        ]),
      ),
    ),
  // A socket, and a revocation of its user or of the one who impersonates that user.
  fc
    .tuple(process, process, fc.constantFrom('user', 'user', 'impersonator', 'member'), fc.boolean(), fc.boolean())
    .map(([one, other, subject, isActor, idles]) => {
      const who = subject === 'impersonator' || isActor ? 4 : 1;
      const socket = { kind: 'socket', who: 1, actor: 4, lifeSeconds: 60 } as const;
      const made = { kind: 'revoke', who, at: 0, crashesAfterMs: null, repeatsAfterMs: null } as const;
      return [
        after(start(29_000), [
          { ...socket, process: one, idlesMs: idles ? 2_000 : 0 },
          { ...made, process: other, subject },
        ]),
      ];
    }),
  // Some revocations at once, between two requests with the same token.
  fc.tuple(process, fc.constantFrom(7, 8, 9, 10, 110)).map(([number, count]) => [
    { ...after(start(500), [probe]), requests: 12 },
    { ...after(start(200), [{ kind: 'many', process: number, count, at: 0 }, probe]), requests: 20 },
  ]),
);

const incidentsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<readonly Incident[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.array(incidentOf(step), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.array(incidentOf(step), { maxLength: 1 }), story).map((parts) => parts.flat()),
    },
  );

const oneProcess: fc.Arbitrary<RevocationsPlan['processes'][number]> = fc.record({
  startsAtMs: fc.oneof(
    { weight: 4, arbitrary: fc.nat({ max: 200 }) },
    { weight: 1, arbitrary: fc.nat({ max: 60_000 }) },
  ),
  driftPpm: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -200, max: 200 }) },
  ),
  aheadMs: fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: clockMs },
    { weight: 1, arbitrary: fc.constant(4 * 3_600_000) },
  ),
  readsReplica: fc.oneof({ weight: 14, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const general = {
  maxTokenSeconds: fc.constantFrom(60, 60, 60, 60, 300, 300, 300, 3_600),
  maxStaleSeconds: fc.constantFrom(5, 20, 60, 300),
  whenStale: fc.constantFrom('refuse', 'refuse', 'refuse', 'accept'),
  beforeFirstSnapshot: fc.constantFrom('refuse', 'refuse', 'refuse', 'accept'),
  waitMs: fc.constantFrom(0, 200, 2_000, 2_000, 5_000),
  maxEntries: fc.constantFrom(1_000_000, 1_000_000, 100),
  clockTolerance: fc.constantFrom(0, 30, 300),
  cachedTokens: fc.constantFrom(5_000, 5_000, 3, 0),
  signing: fc.constantFrom('off', 'on', 'rotating'),
  announceTimeoutMs: fc.constantFrom(500, 5_000),
  waitsForReplicas: fc.constantFrom(0, 0, 1, 2),
  store: fc.record({
    aheadMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: clockMs }),
    driftPpm: fc.constantFrom(0, 0, 200, -200),
    lagMs: fc.constantFrom(0, 50, 1_000, 20_000),
    laggardMs: fc.constantFrom(0, 700, 30_000),
  }),
  history: fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.constantFrom(1_000, 1_300) }),
  rests: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  processes: fc.array(oneProcess, { minLength: 1, maxLength: 4 }),
};

const anyRedisPlans: fc.Arbitrary<RevocationsPlan> = fc.record({
  feed: fc.record({ kind: kind('redis') }),
  ...general,
  incidents: incidentsOf(redisStep),
});

/** A server reads from a replica that hears nothing, and connects again meanwhile. */
const replicaPlans: fc.Arbitrary<RevocationsPlan> = fc
  .tuple(anyRedisPlans, revoke, ms(5_000, 90_000), ms(0, 40_000), fc.constantFrom('crash', 'cut', 'probe'))
  .map(([plan, made, forMs, againMs, what]) => {
    const again = { crash: { kind: what, process: 1, restartAfterMs: 100 }, cut: { kind: 'cut' }, probe }[what] as Step;
    const silent: Step = { kind: 'replica', link: 'silent', for: start(forMs) };
    const steps = [silent, made, again, probe, probe, probe, probe].map((each, position) => ({
      at: start([0, 300, againMs, forMs / 4, forMs / 2, forMs - 2_000, forMs - 100][position] ?? 0),
      step: each,
    }));
    const processes = [0, 1].map((number) => ({
      startsAtMs: 50 * number,
      driftPpm: 0,
      aheadMs: 0,
      readsReplica: number === 1,
    }));
    return { ...plan, processes, incidents: [{ after: start(20_000), requests: 4, steps }] };
  });

export const plans: fc.Arbitrary<RevocationsPlan> = fc.oneof(
  { weight: 24, arbitrary: anyRedisPlans },
  { weight: 1, arbitrary: replicaPlans },
);

/** Replicas and a history are written for Redis alone. */
const withoutReplicas = {
  ...general,
  waitsForReplicas: fc.constant(0 as const),
  history: fc.constant(0),
  processes: fc.array(
    oneProcess.map((each) => ({ ...each, readsReplica: false })),
    { minLength: 1, maxLength: 4 },
  ),
};

export const pollPlans: fc.Arbitrary<RevocationsPlan> = fc.record({
  feed: fc.record({
    kind: kind('poll'),
    everyMs: fc.constantFrom(250, 1_000, 5_000, 5_000, 10_000),
    timeoutMs: fc.constantFrom(100, 1_000, 5_000, 5_000, 60_000),
    returns: fc.constantFrom('since', 'since', 'since', 'time', 'texts'),
    notifies: fc.constantFrom(true, true, false),
    heedsSignal: fc.boolean(),
  }),
  ...withoutReplicas,
  incidents: fc.oneof(
    { weight: 5, arbitrary: incidentsOf(pollStep) },
    { weight: 1, arbitrary: fc.array(raceOf(false), { minLength: 3, maxLength: 5 }) },
  ),
});

export const natsPlans: fc.Arbitrary<RevocationsPlan> = fc.record({
  feed: fc.record({ kind: kind('nats'), timeoutMs: fc.constantFrom(5_000, 5_000, 1_000) }),
  ...withoutReplicas,
  incidents: fc.oneof(
    { weight: 6, arbitrary: incidentsOf(natsStep) },
    { weight: 1, arbitrary: fc.tuple(raceOf(true), incidentOf(natsStep)).map(([first, next]) => [first, next]) },
    { weight: 1, arbitrary: operation },
  ),
});
