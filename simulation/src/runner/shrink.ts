import fc from 'fast-check';
import type { ProductSource } from '../product/product.ts';
import { type Outcome, runPlan, type Scenario } from '../scenario.ts';
import { planParameters } from './episode.ts';
import type { Shrunk } from './task.ts';

/** The number of plans to try. Not a time limit, so that a seed gives the same short plan on every machine. */
const maxTried = 600;

/** Looks for the shortest plan that violates the same statement. `undefined` if the plan of the seed violates none. */
export async function shrink(
  scenario: Scenario<unknown>,
  seed: number,
  source: ProductSource,
  onProgress: (tried: number) => void = () => {},
): Promise<Shrunk | undefined> {
  let tried = 0;
  let best: { readonly plan: unknown; readonly outcome: Outcome } | undefined;
  const holds = async (plan: unknown): Promise<boolean> => {
    if (tried >= maxTried) return true;
    tried += 1;
    onProgress(tried);
    const outcome = await runPlan(scenario, plan, seed, source);
    const { violation } = outcome;
    if (violation === undefined) return true;
    if (best !== undefined && violation.statement !== best.outcome.violation?.statement) return true;
    best = { plan, outcome };
    return false;
  };
  await fc.check(fc.asyncProperty(scenario.plans, holds), planParameters(seed));
  if (best?.outcome.violation === undefined) return undefined;
  const { plan, outcome } = best;
  // fast-check makes objects without a prototype, which are printed in a way that is hard to read.
  return { violation: best.outcome.violation, plan: structuredClone(plan), trace: outcome.trace, tried };
}
