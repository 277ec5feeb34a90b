import type { Arbitrary } from 'fast-check';
import type { Part, ProductSource } from './product/product.ts';
import { type Violation, World } from './world/world.ts';

/** What happens in a world, made from a seed, and what must hold meanwhile. A plan is plain data, so that it can be shrunk. */
export interface Scenario<Plan> {
  readonly name: string;
  /** The numbers of the statements that it checks. */
  readonly statements: readonly number[];
  readonly parts: readonly Part[];
  readonly plans: Arbitrary<Plan>;
  /** Simulated hours of all processes of the plan together. */
  processHoursOf(plan: Plan): number;
  /** Sets up servers and processes, runs the world to its end, and reports violations to it. */
  run(world: World, plan: Plan): Promise<void>;
}

export interface Outcome {
  readonly violation: Violation | undefined;
  readonly trace: readonly string[];
  readonly processHours: number;
}

/** Runs one plan. The same plan, seed and product give the same trace. */
export async function runPlan<Plan>(
  scenario: Scenario<Plan>,
  plan: Plan,
  seed: number,
  source: ProductSource,
): Promise<Outcome> {
  const world = new World(seed, source);
  await scenario.run(world, plan);
  const { violation, trace } = world;
  return { violation, trace, processHours: scenario.processHoursOf(plan) };
}
