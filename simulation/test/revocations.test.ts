import fc from 'fast-check';
import { expect, test } from 'vitest';
import { revocationsFaults } from '../src/faults/revocations.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import type { RevocationsPlan, Step } from '../src/scenarios/revocations/plan.ts';
import { plans } from '../src/scenarios/revocations/plans.ts';
import { revocations } from '../src/scenarios/revocations/revocations.ts';

const { parts } = revocations;
const product = await loadProduct({ parts, root: repository });

const ban: Step = {
  kind: 'revoke',
  process: 0,
  subject: 'user',
  who: 1,
  at: 0,
  crashesAfterMs: null,
  repeatsAfterMs: null,
};

/** A plan in which nothing goes wrong but these steps, a second apart. */
function planOf(...steps: readonly Step[]): RevocationsPlan {
  return {
    feed: { kind: 'redis' },
    maxTokenSeconds: 60,
    maxStaleSeconds: 20,
    whenStale: 'refuse',
    beforeFirstSnapshot: 'refuse',
    waitMs: 2_000,
    maxEntries: 1_000_000,
    clockTolerance: 30,
    cachedTokens: 5_000,
    signing: 'on',
    announceTimeoutMs: 5_000,
    waitsForReplicas: 0,
    store: { aheadMs: 0, driftPpm: 0, lagMs: 3_000, laggardMs: 3_000 },
    history: 0,
    rests: false,
    processes: [
      { startsAtMs: 0, driftPpm: 0, aheadMs: 0, readsReplica: false },
      { startsAtMs: 0, driftPpm: 0, aheadMs: 0, readsReplica: false },
    ],
    incidents: [
      {
        after: { of: 'start', plusMs: 40_000 },
        requests: 0,
        steps: steps.map((step, number) => ({ at: { of: 'start', plusMs: number * 1_000 }, step })),
      },
    ],
  };
}

test('a banned user is refused by the other process a second later, and from then on', async () => {
  const { violation, trace } = await runPlan(revocations, planOf(ban), 1, product);
  expect(violation).toBeUndefined();
  const answers = trace.filter((line) => /^0:(00:4[1-9]|01).*p1 +user 1 .*40\+60/.test(line));
  expect(answers.length).toBeGreaterThan(1);
  for (const answer of answers) expect(answer).toContain('401 token_revoked');
});

test('a ban that a failover has lost is written back', async () => {
  const failover: Step = { kind: 'failover', cuts: true, readonlyForMs: 0 };
  const { violation, trace } = await runPlan(revocations, planOf(ban, failover), 1, product);
  expect(violation).toBeUndefined();
  expect(trace.filter((line) => line.includes('entries_restored'))).not.toEqual([]);
});

test('the same plan and seed give the same trace', async () => {
  const [plan = planOf(ban)] = fc.sample(plans, { seed: 7, numRuns: 1 });
  const { trace } = await runPlan(revocations, plan, 7, product);
  expect((await runPlan(revocations, plan, 7, product)).trace).toEqual(trace);
});

test.each([1, 2, 3, 4])('no statement is broken in the world of seed %i', async (seed) => {
  const [plan = planOf(ban)] = fc.sample(plans, { seed, numRuns: 1 });
  expect((await runPlan(revocations, plan, seed, product)).violation).toBeUndefined();
});

test.each<readonly [string, number, readonly Step[]]>([
  ['lost entries are not written back', 43, [ban, { kind: 'failover', cuts: true, readonlyForMs: 0 }]],
  ['a known token is not looked up again', 40, [{ kind: 'probe', plusSeconds: 0 }, ban]],
  [
    'sockets are not woken by a ban',
    40,
    [{ kind: 'socket', process: 1, who: 1, actor: null, lifeSeconds: 60, idlesMs: 0 }, ban],
  ],
])('finds in a few steps: %s', async (name, statement, steps) => {
  const changes = revocationsFaults.find((fault) => fault.name === name)?.changes ?? [];
  const faulty = await loadProduct({ parts, root: repository, changes });
  const { violation } = await runPlan(revocations, planOf(...steps), 1, faulty);
  expect(violation).toMatchObject({ statement });
});
