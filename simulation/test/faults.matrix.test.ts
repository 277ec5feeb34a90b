import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secondsForFault } from '../src/command/faults.ts';
import { plantedFaults } from '../src/faults.ts';
import { Builds } from '../src/runner/builds.ts';
import { Pool } from '../src/runner/pool.ts';
import { search } from '../src/runner/search.ts';
import type { Scenario } from '../src/scenario.ts';
import { scenarios } from '../src/scenarios.ts';

const builds = new Builds();
let pool: Pool;
beforeAll(() => {
  pool = new Pool(availableParallelism(), new URL('../src/scenarios.ts', import.meta.url).href);
});
afterAll(() => pool.close());

test.each(plantedFaults)(
  'finds from random seeds: $name',
  async ({ scenario: name, changes }) => {
    const scenario = scenarios.find((each) => each.name === name) as Scenario<unknown>;
    const build = await builds.for(scenario, { changes });
    const seed = Math.floor(Math.random() * 2 ** 32);
    const limit = { seconds: secondsForFault, lanes: availableParallelism(), unchanged: await builds.for(scenario) };
    const { found, episodes } = await search(pool, seed, scenario, build, limit);
    expect(found, `${episodes} episodes of seed ${seed}`).toBeDefined();
  },
  2 * secondsForFault * 1000,
);
