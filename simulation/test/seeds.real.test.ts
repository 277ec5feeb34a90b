import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Builds } from '../src/runner/builds.ts';
import { Pool } from '../src/runner/pool.ts';
import { type Episode, run } from '../src/runner/run.ts';
import type { Build } from '../src/runner/task.ts';
import type { Scenario } from '../src/scenario.ts';
import { scenarios } from '../src/scenarios.ts';

const count = process.env['TEST_SUITE'] === 'matrix' ? 2_000 : 500;

const builds = new Builds();
let pool: Pool;
let all: readonly (readonly [Scenario<unknown>, Build])[];
beforeAll(async () => {
  pool = new Pool(availableParallelism(), new URL('../src/scenarios.ts', import.meta.url).href);
  all = await Promise.all(scenarios.map(async (scenario) => [scenario, await builds.for(scenario)] as const));
});
afterAll(() => pool.close());

test(`every statement holds in ${count} episodes of all scenarios`, async () => {
  const counts = new Map(scenarios.map(({ name }) => [name, 0]));
  const onEpisode = ({ scenario }: Episode): void => void counts.set(scenario, (counts.get(scenario) ?? 0) + 1);
  const { episodes, processHours, failed } = await run(pool, 1, all, { episodes: count }, { onEpisode });
  const found = failed && { scenario: failed.scenario, seed: failed.seed, violation: failed.checked.violation };
  expect(found, 'repeat it with npm run simulate -- --scenario … --replay SEED').toBeUndefined();
  expect(episodes).toBe(count);
  // In turn: the count is not a multiple of every number of scenarios.
  for (const [name, each] of counts) expect(Math.abs(each - count / scenarios.length), name).toBeLessThan(1);
  expect(processHours).toBeGreaterThan(count);
});

// A scenario that keeps something between episodes, such as tokens by a name that two of them share, fails here.
test('the same seed gives the same trace in threads that have run other episodes before', async () => {
  const newPool = new Pool(1, new URL('../src/scenarios.ts', import.meta.url).href);
  try {
    const [used, unused] = await Promise.all(
      [pool, newPool].map((each) => run(each, 2, all, { episodes: 12 * scenarios.length })),
    );
    expect(used?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(unused?.hash).toBe(used?.hash);
  } finally {
    await newPool.close();
  }
});
