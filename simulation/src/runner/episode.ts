import fc from 'fast-check';
import type { ProductSource } from '../product/product.ts';
import { type Outcome, runPlan, type Scenario } from '../scenario.ts';
import { Random } from '../world/random.ts';

/** The seed of episode `index` of a run: a number from 0 to 2 ** 32 - 1. */
export function episodeSeed(runSeed: number, scenario: string, index: number): number {
  return new Random(runSeed).fork(`episode ${index} of ${scenario}`).below(0x1_0000_0000);
}

/** How fast-check generates the plan of a seed. Half of the plans are biased to small and extreme values. */
export function planParameters(seed: number): {
  readonly seed: number;
  readonly numRuns: 1;
  readonly unbiased: boolean;
} {
  return { seed: seed | 0, numRuns: 1, unbiased: seed % 2 === 0 };
}

export function planOf<Plan>(scenario: Scenario<Plan>, seed: number): Plan {
  const [plan] = fc.sample(scenario.plans, planParameters(seed));
  return plan as Plan;
}

export function runEpisode(scenario: Scenario<unknown>, seed: number, source: ProductSource): Promise<Outcome> {
  return runPlan(scenario, planOf(scenario, seed), seed, source);
}
