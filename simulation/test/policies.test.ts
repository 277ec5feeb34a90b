import { expect, test } from 'vitest';
import { policiesFaults } from '../src/faults/policies.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { planOf } from '../src/runner/episode.ts';
import { shrink } from '../src/runner/shrink.ts';
import { runPlan, type Scenario } from '../src/scenario.ts';
import { legacyPolicies, policies } from '../src/scenarios/policies/policies.ts';

/** Only short plans without crowds: shrinking runs hundreds of them. */
const plans = policies.plans.filter((plan) => {
  const text = JSON.stringify(plan);
  return text.length < 2_500 && !text.includes('crowd');
});
const scenario = { ...policies, plans } as Scenario<unknown>;
const { parts } = policies;

test('[34] a failure that counts from the end of its read is found, and shrunk to a short story', async () => {
  const fault = policiesFaults.find(({ name }) => name === 'a failed read counts from its end');
  const source = await loadProduct({ parts, root: repository, changes: fault?.changes ?? [] });
  for (let seed = 1; ; seed++) {
    const { violation } = await runPlan(scenario, planOf(scenario, seed), seed, source);
    if (violation?.statement !== 34) continue;
    const short = await shrink(scenario, seed, source);
    expect(short?.violation.statement).toBe(34);
    expect(short?.trace.length).toBeLessThan(40);
    return;
  }
});

test('[34] pauses alone never keep a request from asking the store', async () => {
  const source = await loadProduct({ parts, root: repository });
  for (let seed = 1; seed <= 20; seed++) {
    const plan = planOf(legacyPolicies as Scenario<unknown>, seed);
    expect((await runPlan(legacyPolicies as Scenario<unknown>, plan, seed, source)).violation).toBeUndefined();
  }
});
