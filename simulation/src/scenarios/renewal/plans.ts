import fc from 'fast-check';
import { disturbances, spans } from '../../world/fleet.ts';
import type { Endpoint, Handler, Mode, Mood, OwnToken, RenewalPlan, Step, TimedStep, Visit } from './plan.ts';
import { renewedKinds, visitKinds } from './visit-kinds.ts';

const browser = fc.nat({ max: 3 });
const process = fc.nat({ max: 2 });
const kind = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);

/** The limits of the product: time limit, pause after failures, results that are kept, and the wait for a revoked token. */
const near = fc
  .tuple(
    fc.constantFrom(1_000, 2_000, 3_000, 4_000, 5_000, 8_000, 10_000, 13_000, 61_000),
    fc.integer({ min: -60, max: 60 }),
  )
  .map(([ms, off]) => ms + off);

const soon = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 3, arbitrary: near },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
);

const againAndAgain = fc
  .record({ count: fc.integer({ min: 4, max: 14 }), everyMs: fc.integer({ min: 900, max: 6_000 }) })
  .map(({ count, everyMs }) => Array.from({ length: count }, (_, n) => (n + 1) * everyMs));

const againAfterMs = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: againAndAgain });

const copiesAfterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }) },
  { weight: 2, arbitrary: fc.array(soon, { minLength: 1, maxLength: 4 }) },
  // A visitor who tries again and again.
  { weight: 1, arbitrary: againAndAgain },
);

const own: fc.Arbitrary<OwnToken> = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom<OwnToken>('none', 'none', 'kept', 'kept', 'expired', 'ending') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<OwnToken>(
      'fresh',
      'of another user',
      'of another organization',
      'of an impersonator',
      'forged',
      'forged, ending',
      'garbage',
    ),
  },
);

const visit: fc.Arbitrary<Visit> = fc.record({
  process,
  browser,
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...renewedKinds) },
    { weight: 1, arbitrary: fc.constantFrom(...visitKinds) },
  ),
  own,
  handler: fc.constantFrom<Handler>('none', 'none', 'none', 'none', 'lets caches store', 'signs out', 'is slow'),
  slowMs: spans(20_000),
  isGuarded: fc.constantFrom(true, true, false),
});

const modes: readonly Mode[] = [
  ...(['slow', 'slow', 'hangs', 'hangs', 'resets', 'stalls', 'status', 'status', 'status', 'garbage'] as const),
  ...(['too big', 'signed by a stranger', 'other user', 'other organization', 'impersonator'] as const),
  ...(['expired', 'too long'] as const),
];

const mood: fc.Arbitrary<Mood> = fc.record({
  mode: fc.constantFrom(...modes),
  ms: fc.oneof(fc.integer({ min: 1, max: 3_100 }), near, spans(20_000)),
  status: fc.constantFrom(500, 502, 503, 503, 429, 404, 408, 400, 401, 403, 403, 422, 302, 204),
  retryAfterS: fc.option(fc.constantFrom(0, 1, 3, 15, 59, 61, 3_600, 86_400), { nil: null, freq: 3 }),
});

const endpoint = fc.constantFrom<Endpoint>('renewal', 'renewal', 'renewal', 'renewal', 'renewal', 'template', 'keys');

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ kind: kind('visit'), visit, copiesAfterMs }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('mood'), endpoint, mood, forMs: spans(60_000), againAfterMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('session'),
      browser,
      act: fc.constantFrom('ends' as const, 'switches' as const, 'signs in' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('revoke'), browser }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('keys') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('cut'), process }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('disturb'),
      disturbance: disturbances({
        durationMs: 20_000,
        processes: 3,
        servers: 1,
        maxClockMs: 400_000,
        longestFreezeMs: 600_000,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('flood'),
      process,
      count: fc.integer({ min: 45, max: 60 }),
      everyMs: fc.constantFrom(0, 0, 1, 20),
      isMadeUp: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('template'),
      process,
      browser,
      template: fc.nat({ max: 1 }),
      copiesAfterMs: fc.array(soon, { maxLength: 4 }),
    }),
  },
);

/** More sessions in ten seconds than results are kept. */
const bigFlood: fc.Arbitrary<readonly { readonly afterMs: number; readonly step: Step }[]> = fc
  .record({ process, count: fc.constant(1_400), everyMs: fc.constantFrom(1, 2) })
  .map((flood) => [{ afterMs: 0, step: { kind: 'flood', isMadeUp: true, ...flood } }]);

const incident = fc.record({
  gapMs: spans(600_000),
  steps: fc.oneof(
    {
      weight: 120,
      arbitrary: fc.array(fc.record({ afterMs: soon, step }), { minLength: 2, maxLength: 9 }),
    },
    { weight: 1, arbitrary: bigFlood },
  ),
});

const clocks = fc.record({
  aheadMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -2_000, max: 2_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  ),
  driftPpm: fc.constantFrom(0, 0, 0, 200, -200),
});

export const plans: fc.Arbitrary<RenewalPlan> = fc
  .record({
    processes: fc.array(clocks, { minLength: 1, maxLength: 3 }),
    browsers: fc.integer({ min: 1, max: 4 }),
    lifetimeS: fc.constantFrom(300, 300, 60, 20, 12),
    templateLifetimeS: fc.constantFrom(300, 120, 20, 8, 1),
    templateSays: fc.constantFrom('claims' as const, 'claims' as const, 'field' as const, 'nothing' as const),
    rotates: fc.constantFrom('never' as const, 'always' as const, 'sometimes' as const),
    hasRevocations: fc.boolean(),
    incidents: fc.array(incident, { minLength: 1, maxLength: 5 }),
  })
  .map(({ incidents, ...rest }) => {
    const steps: TimedStep[] = [];
    let beganAtMs = 0;
    for (const { gapMs, steps: drafted } of incidents) {
      beganAtMs += gapMs;
      for (const { afterMs, step: each } of drafted) steps.push({ atMs: beganAtMs + afterMs, step: each });
    }
    return { ...rest, steps: steps.sort((a, b) => a.atMs - b.atMs) };
  });
