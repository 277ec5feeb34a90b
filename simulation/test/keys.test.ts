import { expect, test } from 'vitest';
import { keysFaults } from '../src/faults/keys.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { episodeSeed, runEpisode } from '../src/runner/episode.ts';
import type { Outcome, Scenario } from '../src/scenario.ts';
import { keys } from '../src/scenarios/keys/keys.ts';

const scenario = keys as Scenario<unknown>;

async function episodes(changes: (typeof keysFaults)[number]['changes'], count: number): Promise<readonly Outcome[]> {
  const source = await loadProduct({ parts: scenario.parts, root: repository, changes });
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count && outcomes.at(-1)?.violation === undefined; i++) {
    outcomes.push(await runEpisode(scenario, episodeSeed(1, scenario.name, i), source));
  }
  return outcomes;
}

test('every statement about keys holds in 20 episodes', async () => {
  expect((await episodes([], 20)).map(({ violation }) => violation)).toEqual(Array(20).fill(undefined));
});

test.each([
  'a failed fetch is dated from its end',
  'a cached token outlives its key',
  'permits are restored twice as fast',
])('finds that %s', async (name) => {
  const fault = keysFaults.find((each) => each.name === name);
  const violation = (await episodes(fault?.changes ?? [], 200)).at(-1)?.violation;
  expect(violation?.statement).toBeGreaterThan(0);
});
