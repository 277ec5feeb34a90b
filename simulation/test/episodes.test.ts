import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { episodeSeed, planOf, planParameters } from '../src/runner/episode.ts';
import { Pool } from '../src/runner/pool.ts';
import type { Build } from '../src/runner/task.ts';
import { noStatement, runPlan } from '../src/scenario.ts';
import { scenarios } from './counter/broken-scenarios.ts';

const build: Build = { id: 'empty', text: 'var product = {};', ambient: false };
let pool: Pool;
beforeAll(() => {
  pool = new Pool(1, new URL('counter/broken-scenarios.ts', import.meta.url).href);
});
afterAll(() => pool.close());

test('the plan of a seed is the one that shrinking begins with', () => {
  const [scenario] = scenarios;
  if (scenario === undefined) return expect.unreachable();
  for (let index = 0; index < 100; index++) {
    const seed = episodeSeed(1, scenario.name, index);
    const seen: unknown[] = [];
    const keep = (plan: unknown): void => void seen.push(plan);
    fc.check(fc.property(scenario.plans, keep), planParameters(seed));
    expect(seen).toEqual([planOf(scenario, seed)]);
  }
});

test('episodes of a run, of other runs and of other scenarios have different seeds', () => {
  const seeds = new Set<number>();
  for (const run of [1, 2]) {
    for (const name of ['a', 'b']) for (let i = 0; i < 100; i++) seeds.add(episodeSeed(run, name, i));
  }
  expect(seeds.size).toBe(400);
});

test.each([
  ['throws', noStatement, 'a mistake of the scenario'],
  ['throws in an action', noStatement, 'a mistake in an action'],
  ['never lets the clock move', noStatement, 'at one virtual moment'],
  ['rejects', 38, 'nothing handles this'],
  ['ends its thread', noStatement, 'The episode failed'],
])('a scenario that %s is reported, and the next one runs', async (scenario, statement, text) => {
  const { violation } = await pool.check({ scenario, seed: 1, build });
  expect(violation).toMatchObject({ statement, text: expect.stringContaining(text) });
  const next = await pool.check({ scenario: 'counter', seed: 1, build });
  expect(next.violation).toBeUndefined();
});

test('a scenario that waits for ever is reported', async () => {
  const waits = scenarios.find(({ name }) => name === 'waits');
  if (waits === undefined) return expect.unreachable();
  const { violation } = await runPlan(waits, null, 1, { instantiate: () => expect.unreachable() });
  expect(violation).toMatchObject({ statement: noStatement, text: expect.stringContaining('never settles') });
});

test('an unknown scenario is reported', async () => {
  const { violation } = await pool.check({ scenario: 'unknown', seed: 1, build });
  expect(violation?.text).toContain('There is no scenario unknown');
});

test('shrinks to the same short plan each time', async () => {
  const failing = await findFailing();
  const first = await pool.shrink({ scenario: 'forgetful', seed: failing, build });
  expect(first.plan).toEqual({ processes: 1, requestsAtMs: [0, 0, 0], incidents: [], fault: 'forgets' });
  expect(first.violation.statement).toBe(4);
  expect(first.trace.at(-1)).toContain('VIOLATION');
  expect(await pool.shrink({ scenario: 'forgetful', seed: failing, build })).toEqual(first);
});

async function findFailing(): Promise<number> {
  for (let seed = 1; ; seed++) {
    const { violation } = await pool.check({ scenario: 'forgetful', seed, build });
    if (violation !== undefined) return seed;
  }
}
