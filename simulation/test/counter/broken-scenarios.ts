import fc from 'fast-check';
import type { Scenario } from '../../src/scenario.ts';
import type { World } from '../../src/world/world.ts';
import { scenarios as counters } from './scenarios.ts';

function broken(name: string, run: (world: World) => Promise<void>): Scenario<null> {
  return { name, statements: [], parts: ['core'], plans: fc.constant(null), processHoursOf: () => 1, run };
}

/** Scenarios with a mistake each, and those without. */
export const scenarios: readonly Scenario<unknown>[] = [
  ...counters,
  broken('throws', async () => {
    throw new Error('a mistake of the scenario');
  }),
  broken('throws in an action', async (world) => {
    world.schedule.at(5, () => {
      throw new Error('a mistake in an action');
    });
    await world.runUntil(10);
  }),
  broken('never lets the clock move', async (world) => {
    const again = (): void => void world.schedule.after(0, again);
    again();
    await world.runUntil(10);
  }),
  broken('rejects', async (world) => {
    world.schedule.at(5, () => void Promise.reject(new Error('nothing handles this')));
    await world.runUntil(10);
  }),
  broken('ends its thread', async () => process.exit(3)),
  broken('waits', async () => {
    await new Promise(() => {});
  }),
];
