import fc from 'fast-check';
import type { Scenario } from '../../src/scenario.ts';
import { type Disturbance, disturbances, Fleet } from '../../src/world/fleet.ts';

interface Plan {
  readonly processes: number;
  readonly requestsAtMs: readonly number[];
  readonly incidents: readonly Disturbance[];
  readonly fault: 'none' | 'forgets' | 'throws' | 'rejects' | 'waits';
}

const durationMs = 60_000;
const origin = 'https://counter.test';

/** A server that counts requests. Its only promise: it never counts less than it has answered. */
function counter(name: string, faults: readonly Plan['fault'][]): Scenario<Plan> {
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
      let [count, answered] = [0, 0];
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
            if (fault === 'rejects') void Promise.reject(new Error('nothing handles this'));
            void world.network
              .fetchOf(process)(origin)
              .then(
                async (answer) => {
                  const told = Number(await answer.text());
                  world.note(process.name, `is told ${told}`);
                  if (told < 1) world.violate(4, `The counter says ${told} after ${answered} answers.`);
                  answered += 1;
                },
                () => world.note(process.name, 'has no answer'),
              );
          });
        });
      }
      await world.runUntil(durationMs);
      if (fault === 'throws') throw new Error('a mistake of the scenario');
      if (fault === 'waits') await new Promise(() => {});
    },
  };
}

export const scenarios: readonly Scenario<unknown>[] = [
  counter('counter', ['none']),
  counter('forgetful', ['forgets', 'none']),
];
