import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plantedFaults } from '../src/faults.ts';
import { applied, repository } from '../src/product/bundle.ts';
import { Builds } from '../src/runner/builds.ts';
import { Pool } from '../src/runner/pool.ts';
import { search } from '../src/runner/search.ts';
import type { Scenario } from '../src/scenario.ts';
import { scenarios } from '../src/scenarios.ts';
import { readStatements } from '../src/statements.ts';

const builds = new Builds();
let pool: Pool;
beforeAll(() => {
  pool = new Pool(1, new URL('../src/scenarios.ts', import.meta.url).href);
});
afterAll(() => pool.close());

test('each planted fault changes the source as it is now', () => {
  expect(plantedFaults.length).toBeGreaterThan(20);
  for (const { name, changes } of plantedFaults) {
    const sources = new Map<string, string>();
    for (const change of changes) {
      const path = join(repository, change.file);
      const before = sources.get(path) ?? readFileSync(path, 'utf8');
      const after = applied(change, before);
      expect(after, name).not.toBe(before);
      sources.set(path, after);
    }
  }
});

test('each planted fault has a unique name in its scenario, which checks its statement, and a sentence', () => {
  expect(new Set(plantedFaults.map(({ name, scenario }) => `${scenario}: ${name}`)).size).toBe(plantedFaults.length);
  for (const { name, scenario, statement, harm } of plantedFaults) {
    expect(scenarios.find((each) => each.name === scenario)?.statements, name).toContain(statement);
    expect(harm, name).toMatch(/^[A-Z`].*\.$/);
  }
});

test('docs/statements.md has the statements of all scenarios', () => {
  const known = readStatements();
  for (const statement of scenarios.flatMap(({ statements }) => statements)) {
    expect(known.get(statement)).toMatch(/\.$/);
  }
});

// One or two of each scenario that take few episodes. `faults.matrix.test.ts` searches for all.
const quick: Readonly<Record<string, readonly string[]>> = {
  keys: ['a cached token outlives its key', 'permits for fetches are not restored'],
  'revocations-nats': ['a missing bucket is an error'],
  renewal: ['requests that come together ask one by one'],
};
const chosen = scenarios.flatMap(({ name: scenario }) => {
  const faults = plantedFaults.filter((fault) => fault.scenario === scenario);
  return faults.filter(({ name }) => quick[scenario]?.includes(name) ?? name === faults[0]?.name);
});

test.each(chosen)('finds from a seed, in $scenario: $name', async ({ scenario: name, changes }) => {
  const scenario = scenarios.find((each) => each.name === name) as Scenario<unknown>;
  const build = await builds.for(scenario, { changes });
  const { found } = await search(pool, 1, scenario, build, {
    seconds: 300,
    lanes: 1,
    unchanged: await builds.for(scenario),
  });
  expect(found?.violation.text).toBeDefined();
});
