import fc from 'fast-check';
import { expect, test } from 'vitest';
import { natsFaults } from '../src/faults/revocations-nats.ts';
import { pollFaults } from '../src/faults/revocations-poll.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import type { RevocationsPlan, Step } from '../src/scenarios/revocations/plan.ts';
import { natsPlans, pollPlans } from '../src/scenarios/revocations/plans.ts';
import { revocationsNats, revocationsPoll } from '../src/scenarios/revocations/revocations.ts';

const poll = {
  scenario: revocationsPoll,
  plans: pollPlans,
  feed: { kind: 'poll', everyMs: 5_000, timeoutMs: 5_000, returns: 'since', notifies: false, heedsSignal: true },
} as const;
const nats = { scenario: revocationsNats, plans: natsPlans, feed: { kind: 'nats', timeoutMs: 5_000 } } as const;
const ban: Step = {
  kind: 'revoke',
  process: 0,
  subject: 'user',
  who: 1,
  at: 0,
  crashesAfterMs: null,
  repeatsAfterMs: null,
};
const probe: Step = { kind: 'probe', plusSeconds: 0 };
/** A purge right after another write can be missed: the README says so. */
const later: readonly Step[] = Array.from({ length: 60 }, () => probe);
const flush: Step = { kind: 'flush', writesAtOnce: false };

type Feed = typeof poll | typeof nats;

/** A plan of two processes in which nothing goes wrong but these steps, a second apart. */
function planOf({ feed, plans }: Feed, ...steps: readonly Step[]): RevocationsPlan {
  const [any] = fc.sample(plans, { seed: 1, numRuns: 1 });
  const calm = { aheadMs: 0, driftPpm: 0 };
  return {
    ...(any as RevocationsPlan),
    feed,
    maxTokenSeconds: 300,
    maxStaleSeconds: 20,
    whenStale: 'refuse',
    beforeFirstSnapshot: 'refuse',
    waitMs: 2_000,
    maxEntries: 1_000_000,
    signing: 'on',
    announceTimeoutMs: 5_000,
    rests: false,
    store: { ...calm, lagMs: 0, laggardMs: 0 },
    processes: [0, 0].map((startsAtMs) => ({ ...calm, startsAtMs, readsReplica: false })),
    incidents: [
      {
        after: { of: 'start', plusMs: 40_000 },
        requests: 0,
        steps: steps.map((step, number) => ({ at: { of: 'start', plusMs: number * 1_000 }, step })),
      },
    ],
  };
}

test.each([poll, nats])('a ban that the store has lost is written back ($scenario.name)', async (feed) => {
  const { scenario } = feed;
  const product = await loadProduct({ parts: scenario.parts, root: repository });
  const { violation, trace } = await runPlan(scenario, planOf(feed, ban, flush), 1, product);
  expect(violation).toBeUndefined();
  expect(trace.filter((line) => line.includes('entries_restored'))).not.toEqual([]);
});

test.each([poll, nats])('the same plan and seed give the same trace ($scenario.name)', async ({ scenario, plans }) => {
  const product = await loadProduct({ parts: scenario.parts, root: repository });
  const [plan] = fc.sample(plans, { seed: 7, numRuns: 1 });
  const { violation, trace } = await runPlan(scenario, plan as RevocationsPlan, 7, product);
  expect(violation).toBeUndefined();
  expect((await runPlan(scenario, plan as RevocationsPlan, 7, product)).trace).toEqual(trace);
});

test.each<readonly [string, Feed, number, readonly Step[]]>([
  ['each read counts as a read of everything', poll, 43, [ban, flush]],
  ['a pause is up to two fifths longer', poll, 40, [ban]],
  ['what the bucket has lost is not looked at', nats, 43, [ban, ...later, { kind: 'operator', does: 'purge', who: 0 }]],
  ['single entries wait for a batch', nats, 40, [ban]],
])('finds in a few steps: %s', async (name, feed, statement, steps) => {
  const { scenario } = feed;
  const changes = [...pollFaults, ...natsFaults].find((each) => each.name === name)?.changes ?? [];
  const faulty = await loadProduct({ parts: scenario.parts, root: repository, changes });
  const { violation } = await runPlan(scenario, planOf(feed, ...steps), 1, faulty);
  expect(violation).toMatchObject({ statement });
});
