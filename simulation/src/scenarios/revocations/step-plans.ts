import fc from 'fast-check';
import { attacks, type Moment, operatorActs, type Step, subjectKinds } from './plan.ts';

const plusMs: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -60, max: 60 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -5_000, max: 30_000 }) },
);

export const nearMoment: fc.Arbitrary<Moment> = fc.record({
  of: fc.constantFrom('start', 'start', 'second', 'wait'),
  plusMs,
});

export const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 5, arbitrary: nearMoment },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('stale' as const), plusMs }) },
);

const longMoment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 14, arbitrary: moment },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('memory' as const), plusMs }) },
);

export const process: fc.Arbitrary<number> = fc.nat({ max: 3 });
export const who: fc.Arbitrary<number> = fc.nat({ max: 5 });
export const kind = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);

export const clockMs: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -600_000, max: 600_000 }),
  fc.constantFrom(-600_000, 600_000, -30_000, 30_000, 1_000),
);

export const revoke: fc.Arbitrary<Step> = fc.record({
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
  { weight: 1, arbitrary: fc.record({ kind: kind('visitors'), process }) },
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

export const redisStep: fc.Arbitrary<Step> = fc.oneof(
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

export const pollStep: fc.Arbitrary<Step> = fc.oneof(
  ...steps,
  // Notifications that come during a read.
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('many'), process, count: fc.constantFrom(2, 3, 4), at: fc.constantFrom(0, -1) }),
  },
);

export const natsStep: fc.Arbitrary<Step> = fc.oneof(
  ...steps,
  { weight: 2, arbitrary: fc.record({ kind: kind('stall') }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('operator'), does: fc.constantFrom(...operatorActs), who }) },
);
