import fc from 'fast-check';
import type { Scenario } from '../../src/scenario.ts';
import { type Disturbance, disturbances, Fleet } from '../../src/world/fleet.ts';

interface Plan {
  readonly processes: number;
  readonly requestsAtMs: readonly number[];
  readonly incidents: readonly Disturbance[];
  readonly fault: 'none' | 'forgets';
}

const durationMs = 60_000;
const origin = 'https://counter.test';

/** A server that counts requests, and forgets its count if the plan says so. */
function counter(name: string, ...faults: readonly Plan['fault'][]): Scenario<Plan> {
  return {
    name,
    statements: [4],
    parts: ['core'],
    plans: fc.record({
      processes: fc.integer({ min: 1, max: 3 }),
      requestsAtMs: fc.array(fc.integer({ min: 0, max: durationMs }), { maxLength: 40 }),
      incidents: fc.array(
        disturbances({ durationMs, processes: 3, servers: 1, maxClockMs: 1000, longestFreezeMs: 10_000 }),
        { maxLength: 6 },
      ),
      fault: fc.constantFrom(...faults),
    }),
    processHoursOf: ({ processes }) => (processes * durationMs) / 3_600_000,
    async run(world, { processes, requestsAtMs, incidents, fault }) {
      let count = 0;
      world.network.addServer(origin, () => {
        count += 1;
        if (fault === 'forgets' && count === 3) count = 0;
        return { status: 200, body: String(count) };
      });
      const fleet = new Fleet(world, [origin], (process) => process);
      for (let i = 0; i < processes; i++) fleet.start({});
      fleet.disturb(incidents);
      for (const [number, atMs] of requestsAtMs.entries()) {
        world.schedule.at(atMs, () => {
          const { process } = fleet.member(number);
          process.deliver(() => {
            void world.network
              .fetchOf(process)(origin)
              .then(
                async (answer) => {
                  const told = await answer.text();
                  world.note(process.name, `is told ${told}`);
                  if (told === '0') world.violate(4, 'The counter says 0.');
                },
                () => world.note(process.name, 'has no answer'),
              );
          });
        });
      }
      await world.runUntil(durationMs);
    },
  };
}

export const scenarios: readonly Scenario<unknown>[] = [
  counter('counter', 'none'),
  counter('forgetful', 'forgets', 'none'),
];
