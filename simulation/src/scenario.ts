import type { Arbitrary } from 'fast-check';
import type { Part, ProductSource } from './product/product.ts';
import { describeError } from './world/error-text.ts';
import { watchRejections } from './world/rejections.ts';
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

/** For {@link Violation.statement}: the scenario itself failed, so nothing is known about the product. */
export const noStatement = 0;

/**
 * How many turns of the event loop a scenario may wait after its world has stopped. Nothing in a world needs one, so it waits for
 * a promise that never settles. Not a time: a slow machine must not report what a fast one does not.
 */
const patienceTurns = 1_000;

/**
 * Runs one plan. The same plan, seed and product give the same trace. An error of the scenario, or a promise that it waits for
 * and that never settles, is reported as {@link noStatement}. An unhandled rejection, which would end a Node process, is reported
 * as a violation of statement 38.
 */
export async function runPlan<Plan>(
  scenario: Scenario<Plan>,
  plan: Plan,
  seed: number,
  source: ProductSource,
): Promise<Outcome> {
  const world = new World(seed, source);
  const stopWatching = watchRejections((error) => {
    world.violate(38, `An unhandled rejection would end the process: ${describeError(error)}`);
  });
  let watch: NodeJS.Immediate | undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    const wait = (turns: number): void => {
      clearImmediate(watch);
      if (turns === 0) reject(new Error('The scenario waits for a promise that never settles.'));
      else watch = setImmediate(() => wait(turns - 1));
    };
    world.schedule.onStop = () => wait(patienceTurns);
    world.schedule.onStart = () => clearImmediate(watch);
    world.schedule.onStop();
  });
  try {
    await Promise.race([scenario.run(world, plan), stuck]);
    // Rejections are reported in the turn after the one in which they happened.
    await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    world.violate(noStatement, `The scenario failed: ${describeError(error)}`);
  } finally {
    clearImmediate(watch);
    stopWatching();
  }
  const { violation, trace } = world;
  return { violation, trace, processHours: scenario.processHoursOf(plan) };
}
