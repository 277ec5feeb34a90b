import fc from 'fast-check';
import { disturbances, spans } from '../../world/fleet.ts';
import { serverModes } from './issuer-server.ts';
import { keysPerIssuer } from './key-pairs.ts';
import { type Step, wants } from './plan.ts';
import { forgeryCount } from './tokens.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const times = { minuteMs, hourMs, dayMs: 24 * hourMs } as const;

const processNumber = fc.nat({ max: 3 });
const issuerNumber = fc.nat({ max: 2 });
export const keyNumber: fc.Arbitrary<number> = fc.nat({ max: keysPerIssuer - 1 });

const maybeKey: fc.Arbitrary<number | null> = fc.option(keyNumber, { nil: null, freq: 2 });

/** One of several time limits, or one millisecond less or more. */
export const near = (...values: readonly number[]): fc.Arbitrary<number> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(-1, 0, 0, 1)).map(([value, by]) => value + by);

export const timeouts: fc.Arbitrary<number> = fc.constantFrom(5_000, 5_000, 1_000, 100, 2_500, 30_000);

/** A delay: 0, or some milliseconds, seconds or minutes. */
export const delays: fc.Arbitrary<number> = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 1_200 }),
  near(200, 1_000, 8_000),
  spans(10 * minuteMs),
  near(4 * minuteMs, 5 * minuteMs, 65_000),
);

export const asks: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  process: processNumber,
  verifier: fc.nat({ max: 2 }),
  issuer: issuerNumber,
  want: fc.constantFrom('good' as const, 'good' as const, ...wants),
  key: maybeKey,
  forgery: fc.nat({ max: forgeryCount - 1 }),
  users: fc.constantFrom(1, 1, 3, 40),
  size: fc.constantFrom(1, 1, 1, 2, 5, 12),
  waves: fc.constantFrom(1, 1, 2, 3, 6, 20),
  gapMs: fc.constantFrom(50, 200, 999, 1_000, 1_001, 5_000, 61_000),
});

export const crowds: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  process: processNumber,
  verifier: fc.nat({ max: 2 }),
  issuer: issuerNumber,
  want: fc.constantFrom('good' as const, 'good' as const, 'unknown' as const),
  key: maybeKey,
  forgery: fc.constant(0),
  users: fc.constantFrom(1, 40),
  size: fc.constantFrom(100, 100, 300, 300, 1_000),
  waves: fc.constant(1),
  gapMs: fc.constant(0),
});

/** More requests than may wait at the same time. Slow to simulate, so rare. */
export const sieges: fc.Arbitrary<Step> = crowds.map(
  (step) => ({ ...step, want: 'unknown' as const, users: 1, size: 10_050 }) as Step,
);

export const goodSieges: fc.Arbitrary<Step> = sieges.map((step) => ({ ...step, want: 'good' as const }) as Step);

/** Tokens with made-up key ids: below and above eight in 200 ms, and in waves. */
export const floods: fc.Arbitrary<Step> = fc
  .record({
    process: processNumber,
    verifier: fc.nat({ max: 2 }),
    issuer: issuerNumber,
    wave: fc.constantFrom(
      ...[
        { size: 1, gapMs: 20 },
        { size: 1, gapMs: 26 },
        { size: 1, gapMs: 1_000 },
        { size: 1, gapMs: 2_700 },
        { size: 8, gapMs: 200 },
        { size: 9, gapMs: 200 },
        { size: 7, gapMs: 1_000 },
        { size: 20, gapMs: 100 },
        { size: 20, gapMs: 1_000 },
        { size: 50, gapMs: 2_000 },
        { size: 200, gapMs: 7_900 },
      ],
    ),
    asks: fc.constantFrom(20, 20, 100, 100, 400, 400, 800),
  })
  .map(({ process, verifier, issuer, wave, asks }) => ({
    kind: 'ask' as const,
    process,
    verifier,
    issuer,
    want: 'unknown' as const,
    key: null,
    forgery: 0,
    users: 1_000,
    ...wave,
    waves: Math.ceil(asks / wave.size),
  }));

export const edges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('edge' as const),
  process: processNumber,
  verifier: fc.nat({ max: 2 }),
  issuer: issuerNumber,
  edge: fc.constantFrom('exp' as const, 'exp' as const, 'iat' as const, 'nbf' as const),
  isFraction: fc.boolean(),
  offsMs: fc.subarray([-5_000, -1_000, -1, 0, 1, 1_000], { minLength: 1 }),
});

const slowness: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 4_000 }),
  fc.tuple(timeouts, fc.integer({ min: -70, max: 5 })).map(([limit, by]) => Math.max(0, limit + by)),
  fc.constantFrom(6_000, 40_000),
);

export const servers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  issuer: issuerNumber,
  mode: fc.constantFrom(...serverModes),
  slowMs: slowness,
  forMs: spans(80 * minuteMs),
});

export const outages: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  issuer: issuerNumber,
  mode: fc.constantFrom(
    'status 500' as const,
    'reset' as const,
    'hang' as const,
    'slow' as const,
    'empty' as const,
    'old set' as const,
  ),
  slowMs: slowness,
  forMs: spans(80 * minuteMs),
});

export const keyChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('keys' as const),
  issuer: issuerNumber,
  change: fc.constantFrom('add' as const, 'add' as const, 'withdraw' as const, 'replace' as const, 'only' as const),
  key: keyNumber,
});

export function disturbed(durationMs: number): fc.Arbitrary<Step> {
  const bounds = { durationMs, processes: 4, servers: 3, maxClockMs: hourMs, longestFreezeMs: 2 * hourMs };
  return disturbances(bounds).map((disturbance) => ({ kind: 'disturb' as const, disturbance }));
}

export const freezes: fc.Arbitrary<Step> = fc
  .record({ process: processNumber, forMs: spans(2 * hourMs), stopsSteadyClock: fc.boolean() })
  .map((freeze) => ({ kind: 'disturb' as const, disturbance: { kind: 'freeze' as const, atMs: 0, ...freeze } }));

export const slowAnswers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  issuer: issuerNumber,
  mode: fc.constantFrom('slow' as const, 'slow body' as const),
  slowMs: fc.oneof(fc.integer({ min: 200, max: 12_000 }), slowness),
  forMs: fc.integer({ min: 1, max: 3_000 }),
});

export const jumps: fc.Arbitrary<Step> = fc
  .record({ process: processNumber, byMs: fc.integer({ min: -hourMs, max: hourMs }) })
  .map((jump) => ({ kind: 'disturb' as const, disturbance: { kind: 'clock' as const, atMs: 0, ...jump } }));
