import { expect, test } from 'vitest';
import { tenantsFaults } from '../src/faults/tenants.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { episodeSeed, runEpisode } from '../src/runner/episode.ts';
import type { Outcome, Scenario } from '../src/scenario.ts';
import { tenants } from '../src/scenarios/tenants/tenants.ts';

const scenario = tenants as Scenario<unknown>;

async function episodes(
  changes: (typeof tenantsFaults)[number]['changes'],
  count: number,
): Promise<readonly Outcome[]> {
  const source = await loadProduct({ parts: scenario.parts, root: repository, changes });
  const outcomes: Outcome[] = [];
  for (let i = 0; i < count && outcomes.at(-1)?.violation === undefined; i++) {
    outcomes.push(await runEpisode(scenario, episodeSeed(1, scenario.name, i), source));
  }
  return outcomes;
}

test('every statement about tenants holds in 10 episodes', async () => {
  expect((await episodes([], 10)).map(({ violation }) => violation)).toEqual(Array(10).fill(undefined));
});

test.each(['an approval is used in an outage', 'a tenant that is refused stays among the approved'])(
  'finds that %s',
  async (name) => {
    const fault = tenantsFaults.find((each) => each.name === name);
    const violation = (await episodes(fault?.changes ?? [], 200)).at(-1)?.violation;
    expect(violation?.statement).toBeGreaterThan(0);
  },
);
