import fc from 'fast-check';
import { disturbances } from '../../world/fleet.ts';
import type { ApiPlan, CrowdPlan, Incident, ProcessPlan } from './plan.ts';
import { calls, faults, feedFaults, limits } from './steps.ts';
import { stories } from './stories.ts';

const incidents: fc.Arbitrary<Incident> = fc.record({
  gapMs: fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: 600_000 }), fc.nat({ max: 6 * 3_600_000 })),
  faults: fc.array(faults, { maxLength: 3 }),
  calls: fc.array(calls, { minLength: 1, maxLength: 8 }),
  disturbances: fc.array(
    disturbances({
      durationMs: 40_000,
      processes: 4,
      servers: 1,
      maxClockMs: 86_400_000,
      longestFreezeMs: 300_000,
    }).map((step) => (step.atMs % 3 === 0 ? step : { ...step, atMs: step.atMs % 1_500 })),
    { maxLength: 3 },
  ),
  feed: feedFaults,
});

const processes: fc.Arbitrary<ProcessPlan> = fc.record({
  aheadMs: fc.oneof(fc.constant(0), fc.integer({ min: -3_600_000, max: 3_600_000 })),
  driftPpm: fc.oneof(fc.constant(0), fc.integer({ min: -200, max: 200 })),
  ...limits,
  usesOwnFetch: fc.boolean(),
  hasGateway: fc.boolean(),
  revocations: fc.constantFrom('none' as const, 'own' as const, 'own' as const, 'own' as const, 'foreign' as const),
  announceSessions: fc.boolean(),
  listener: fc.constantFrom('returns' as const, 'returns' as const, 'throws' as const, 'rejects' as const),
});

const crowds: fc.Arbitrary<CrowdPlan> = fc.record({
  processes: fc.constantFrom(100, 200, 200, 200, 200, 200, 200, 1_000),
  retryAfterSeconds: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 2 }),
});

const worlds: fc.Arbitrary<ApiPlan> = fc.record({
  dates: fc.constantFrom('right' as const, 'cached' as const, 'none' as const),
  latencyMs: fc.constantFrom<readonly [number, number]>([1, 30], [0, 0], [1, 1], [20, 400]),
  processes: fc.array(processes, { minLength: 1, maxLength: 4 }),
  users: fc.nat({ max: 30 }),
  pageSize: fc.constantFrom(1, 2, 3, 5, 10),
  incidents: fc.array(fc.oneof(incidents, stories), { minLength: 1, maxLength: 4 }),
  crowd: fc.constant(null),
});

const crowdWorlds: fc.Arbitrary<ApiPlan> = fc.record({
  dates: fc.constant('none' as const),
  latencyMs: fc.constant<readonly [number, number]>([1, 1]),
  processes: fc.constant([]),
  users: fc.constant(1),
  pageSize: fc.constant(1),
  incidents: fc.constant([]),
  crowd: crowds,
});

export const apiPlans: fc.Arbitrary<ApiPlan> = fc.oneof(
  { weight: 75, arbitrary: worlds },
  { weight: 1, arbitrary: crowdWorlds },
);
