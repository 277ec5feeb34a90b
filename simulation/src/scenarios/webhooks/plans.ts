import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import { listenerEnds } from '../../world/listener.ts';
import { connections } from '../../world/store-connection.ts';
import { type Draft, inMs, type Relative, resolved } from './draft.ts';
import type { SecretName } from './message.ts';
import type { Step, WebhookPlan } from './plan.ts';
import { orNull, relative, stepDrafts } from './step-plans.ts';

interface Incident {
  readonly gapMs: number;
  /** The gap is around `rememberSeconds`. */
  readonly isLong: boolean;
  readonly steps: readonly { readonly after: Relative; readonly step: Draft }[];
}

const incident: fc.Arbitrary<Incident> = fc.record({
  gapMs: spans(600_000),
  isLong: fc.constantFrom(false, false, false, true),
  steps: fc.array(
    fc.record({
      after: relative,
      step: stepDrafts,
    }),
    { minLength: 1, maxLength: 7 },
  ),
});

const clocks = fc.record({
  aheadMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -2_000, max: 2_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -310_000, max: 310_000 }) },
  ),
  driftPpm: fc.constantFrom(0, 0, 0, 200, -200),
});

const rotation: fc.Arbitrary<WebhookPlan['rotation']> = fc
  .tuple(
    fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 2 }),
    fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 2 }),
  )
  .map(([receivers, sender]) => ({ receivers: stages(receivers), sender: stages(sender) }));

function stages(
  times: readonly number[],
): readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[] {
  const [firstMs = 0, lastMs = 0] = times.toSorted((a, b) => a - b);
  return [
    { atMs: firstMs, secrets: ['new', 'old'] },
    { atMs: lastMs, secrets: ['new'] },
  ];
}

const drafts = fc.record({
  processes: fc.oneof(
    { weight: 3, arbitrary: fc.array(clocks, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(clocks, { minLength: 4, maxLength: 6 }) },
  ),
  store: fc.constantFrom(
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'shared',
    'memory',
    'none',
  ) as fc.Arbitrary<WebhookPlan['store']>,
  connection: connections,
  isMemoryFull: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  listener: listenerEnds,
  announcer: orNull(fc.record({ announcesSessions: fc.boolean() }), 2),
  receivers: fc.constantFrom(1, 1, 2),
  leaseSeconds: fc.constantFrom(60, 60, 60, 10, 5, 2, 1, 3600),
  toleranceSeconds: fc.constantFrom(300, 300, 300, 60, 5, 1, 0),
  remember: fc.constantFrom('least', 'least', 'hour', 'week'),
  maxBytes: fc.constantFrom(1024 * 1024, 1_000),
  latencyMs: fc.constantFrom(30, 30, 1, 300),
  sender: fc.record({
    aheadMs: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -301_000, max: 301_000 }) },
    ),
    retrySeconds: fc.constantFrom([1, 5, 30, 120], [1, 5, 30, 120, 600, 3600], [0.1, 0.1, 1, 1, 5, 10, 30, 60], []),
  }),
  rotation: orNull(rotation, 3),
  incidents: fc.array(incident, { minLength: 1, maxLength: 5 }),
});

export const plans: fc.Arbitrary<WebhookPlan> = drafts.map(({ remember, incidents, ...rest }) => {
  const least = 2 * rest.toleranceSeconds + 1;
  const rememberSeconds = { least, hour: 3_601, week: 7 * 86_400 }[remember];
  const leaseMs = rest.leaseSeconds * 1000;
  const steps: Step[] = [];
  let beganAtMs = 0;
  for (const { gapMs, isLong, steps: drafted } of incidents) {
    beganAtMs += isLong && remember !== 'week' ? rememberSeconds * 1000 + gapMs / 10 : gapMs;
    for (const { after, step } of drafted) {
      steps.push(resolved(step, Math.round(beganAtMs) + inMs(after, leaseMs), leaseMs));
    }
  }
  return { ...rest, rememberSeconds, steps: steps.sort((a, b) => a.atMs - b.atMs) };
});
