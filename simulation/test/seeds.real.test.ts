import { hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Builds } from '../src/runner/builds.ts';
import { Pool } from '../src/runner/pool.ts';
import { type Episode, run } from '../src/runner/run.ts';
import type { Build, Checked } from '../src/runner/task.ts';
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

/** The last episodes of the run, with the SHA-256 of what happened in them. */
const repeated: { readonly scenario: string; readonly seed: number; readonly hash: string }[] = [];

test(`every statement holds in ${count} episodes of all scenarios`, async () => {
  const counts = new Map(scenarios.map(({ name }) => [name, 0]));
  const onEpisode = ({ index, scenario, seed, checked }: Episode): void => {
    counts.set(scenario, (counts.get(scenario) ?? 0) + 1);
    if (index >= count - 6 * scenarios.length) repeated.push({ scenario, seed, hash: hashOf(checked) });
  };
  const { episodes, processHours, failed } = await run(pool, 1, all, { episodes: count }, { onEpisode });
  const found = failed && { scenario: failed.scenario, seed: failed.seed, violation: failed.checked.violation };
  expect(found, 'repeat it with npm run simulate -- --scenario … --replay SEED').toBeUndefined();
  expect(episodes).toBe(count);
  // In turn: the count is not a multiple of every number of scenarios.
  for (const [name, each] of counts) expect(Math.abs(each - count / scenarios.length), name).toBeLessThan(1);
  expect(processHours).toBeGreaterThan(count);
});

// A scenario that keeps something between episodes, such as tokens by a name that two of them share, fails here.
test('the same seed gives the same trace in a thread that has run no other episodes of the run', async () => {
  const newPool = new Pool(1, new URL('../src/scenarios.ts', import.meta.url).href);
  try {
    const again = await Promise.all(
      repeated.map(async ({ scenario, seed }) => {
        const [, build] = all.find(([{ name }]) => name === scenario) as (typeof all)[number];
        return { scenario, seed, hash: hashOf(await newPool.check({ scenario, seed, build })) };
      }),
    );
    expect(again).toHaveLength(6 * scenarios.length);
    expect(again).toEqual(repeated);
  } finally {
    await newPool.close();
  }
});

function hashOf({ trace }: Checked): string {
  return hash('sha256', trace);
}
