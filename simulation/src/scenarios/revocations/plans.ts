import fc from 'fast-check';
import { incidentOf, incidentsOf, longSleep, ms, operation, probe, raceOf, start } from './incident-plans.ts';
import type { RevocationsPlan, Step } from './plan.ts';
import { clockMs, kind, natsStep, pollStep, redisStep, revoke } from './step-plans.ts';

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

const longSleepPlans: fc.Arbitrary<RevocationsPlan> = fc.tuple(anyRedisPlans, longSleep).map(([plan, incidents]) => ({
  ...plan,
  processes: plan.processes.map((each) => ({ ...each, aheadMs: 0 })),
  incidents,
}));

export const plans: fc.Arbitrary<RevocationsPlan> = fc.oneof(
  { weight: 24, arbitrary: anyRedisPlans },
  { weight: 1, arbitrary: replicaPlans },
  { weight: 1, arbitrary: longSleepPlans },
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
