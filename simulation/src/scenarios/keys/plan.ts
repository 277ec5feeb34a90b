import fc from 'fast-check';
import { type Disturbance, disturbances, spans } from '../../world/fleet.ts';
import { type ServerMode, serverModes } from './issuer-server.ts';
import { keysPerIssuer } from './key-pairs.ts';
import { forgeryCount } from './tokens.ts';

export const forms = ['verify', 'authenticate', 'check', 'token verifier', 'once', 'request once'] as const;

export interface VerifierPlan {
  readonly form: (typeof forms)[number];
  /** `null`: all issuers. */
  readonly issuer: number | null;
  readonly toleranceS: number;
  readonly maxStaleS: number;
  readonly timeoutMs: number;
  readonly cachedTokens: number;
  readonly environment: number | null;
  readonly refusesImpersonated: boolean;
  /** The age of `initialKeys` at the start of the process. `withdrawn`: it holds a key that is no longer published. */
  readonly file: { readonly ageMs: number; readonly withdrawn: boolean } | null;
}

export interface ProcessPlan {
  readonly aheadMs: number;
  readonly driftPpm: number;
  readonly verifiers: readonly VerifierPlan[];
  /** How often a usual request comes. */
  readonly everyMs: number;
  /** How many of 100 usual requests are forged in some way. */
  readonly badPercent: number;
}

export const wants = ['good', 'short', 'forged', 'unknown', 'impersonated', 'other environment'] as const;

export type Step =
  | {
      readonly kind: 'ask';
      readonly process: number;
      readonly verifier: number;
      readonly issuer: number;
      readonly want: (typeof wants)[number];
      /** Of the issuer, or `null`: one that is published. */
      readonly key: number | null;
      readonly forgery: number;
      readonly users: number;
      readonly size: number;
      readonly waves: number;
      readonly gapMs: number;
    }
  | {
      readonly kind: 'edge';
      readonly process: number;
      readonly verifier: number;
      readonly issuer: number;
      readonly edge: 'exp' | 'iat' | 'nbf';
      readonly isFraction: boolean;
      readonly offsMs: readonly number[];
    }
  | {
      readonly kind: 'server';
      readonly issuer: number;
      readonly mode: ServerMode;
      readonly slowMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'keys';
      readonly issuer: number;
      readonly change: 'add' | 'withdraw' | 'replace' | 'only';
      readonly key: number;
    }
  | { readonly kind: 'disturb'; readonly disturbance: Disturbance };

export interface TimedStep {
  readonly afterMs: number;
  readonly step: Step;
}

export interface Incident {
  readonly atMs: number;
  readonly steps: readonly TimedStep[];
}

export interface KeysPlan {
  readonly durationMs: number;
  readonly issuers: readonly { readonly keys: readonly number[] }[];
  readonly processes: readonly ProcessPlan[];
  readonly incidents: readonly Incident[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const processNumber = fc.nat({ max: 3 });
const issuerNumber = fc.nat({ max: 2 });
const keyNumber = fc.nat({ max: keysPerIssuer - 1 });

const maybeKey: fc.Arbitrary<number | null> = fc.option(keyNumber, { nil: null, freq: 2 });

const near = (...values: readonly number[]): fc.Arbitrary<number> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(-1, 0, 0, 1)).map(([value, by]) => value + by);

const timeouts = fc.constantFrom(5_000, 5_000, 1_000, 100, 2_500, 30_000);

function verifiers(isLegacy: boolean): fc.Arbitrary<VerifierPlan> {
  return fc.record({
    form: isLegacy ? fc.constantFrom(...forms.slice(0, 2)) : fc.constantFrom('verify' as const, ...forms),
    issuer: fc.option(issuerNumber, { freq: 2 }),
    toleranceS: fc.constantFrom(30, 30, 0, 1, 0.5, 300),
    maxStaleS: fc.constantFrom(3_600, 3_600, 0, 299, 300, 301, 360, 600, 86_400),
    timeoutMs: isLegacy ? fc.constant(5_000) : timeouts,
    cachedTokens: fc.constantFrom(5_000, 0, 1, 4, 32),
    environment: fc.option(fc.nat({ max: 1 }), { nil: null, freq: 2 }),
    refusesImpersonated: fc.boolean(),
    file: isLegacy
      ? fc.constant(null)
      : fc.option(
          fc.record({
            ageMs: fc.oneof(
              fc.integer({ min: 0, max: 2 * hourMs }),
              near(dayMs, dayMs - 2 * minuteMs, dayMs - 5 * minuteMs, -hourMs, 0),
            ),
            withdrawn: fc.boolean(),
          }),
          { nil: null, freq: 2 },
        ),
  });
}

function processes(isLegacy: boolean): fc.Arbitrary<ProcessPlan> {
  return fc.record({
    aheadMs: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
    driftPpm: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -200, max: 200 }) }),
    verifiers: fc.array(verifiers(isLegacy), { minLength: 1, maxLength: 3 }),
    everyMs: fc.constantFrom(20_000, 5_000, 60_000, 130_000, 250_000, 400_000),
    badPercent: fc.constantFrom(0, 0, 10, 60),
  });
}

/** From nothing to some milliseconds, seconds or minutes. */
const delays: fc.Arbitrary<number> = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 1_200 }),
  near(200, 1_000, 8_000),
  spans(10 * minuteMs),
  near(4 * minuteMs, 5 * minuteMs, 65_000),
);

const asks: fc.Arbitrary<Step> = fc.record({
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

const crowds: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('ask' as const),
  process: processNumber,
  verifier: fc.nat({ max: 2 }),
  issuer: issuerNumber,
  want: fc.constantFrom('good' as const, 'good' as const, 'unknown' as const),
  key: maybeKey,
  forgery: fc.constant(0),
  users: fc.constantFrom(1, 40),
  size: fc.constantFrom(100, 300, 1_000),
  waves: fc.constant(1),
  gapMs: fc.constant(0),
});

/** More than may wait. Slow to simulate, so rare. */
const sieges: fc.Arbitrary<Step> = crowds.map((step) => ({ ...step, users: 1, size: 10_050 }));

/** Tokens with made-up key ids: below and above eight in 200 ms, and in waves. */
const floods: fc.Arbitrary<Step> = fc
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
    asks: fc.constantFrom(20, 100, 400, 800),
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

const edges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('edge' as const),
  process: processNumber,
  verifier: fc.nat({ max: 2 }),
  issuer: issuerNumber,
  edge: fc.constantFrom('exp' as const, 'exp' as const, 'iat' as const, 'nbf' as const),
  isFraction: fc.boolean(),
  offsMs: fc.subarray([-5_000, -1_000, -1, 0, 1, 1_000], { minLength: 1 }),
});

const slowness = fc.oneof(
  fc.integer({ min: 0, max: 4_000 }),
  fc.tuple(timeouts, fc.integer({ min: -70, max: 5 })).map(([limit, by]) => Math.max(0, limit + by)),
  fc.constantFrom(6_000, 40_000),
);

const servers: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  issuer: issuerNumber,
  mode: fc.constantFrom(...serverModes),
  slowMs: slowness,
  forMs: spans(80 * minuteMs),
});

const outages: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('server' as const),
  issuer: issuerNumber,
  mode: fc.constantFrom('status 500' as const, 'reset' as const, 'hang' as const, 'slow' as const, 'empty' as const, 'old set' as const),
  slowMs: slowness,
  forMs: spans(80 * minuteMs),
});

const keyChanges: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('keys' as const),
  issuer: issuerNumber,
  change: fc.constantFrom('add' as const, 'add' as const, 'withdraw' as const, 'replace' as const, 'only' as const),
  key: keyNumber,
});

function disturbed(durationMs: number): fc.Arbitrary<Step> {
  const bounds = { durationMs, processes: 4, servers: 3, maxClockMs: hourMs, longestFreezeMs: 2 * hourMs };
  return disturbances(bounds).map((disturbance) => ({ kind: 'disturb' as const, disturbance }));
}

const freezes: fc.Arbitrary<Step> = fc
  .record({ process: processNumber, forMs: spans(2 * hourMs), stopsSteadyClock: fc.boolean() })
  .map((freeze) => ({ kind: 'disturb' as const, disturbance: { kind: 'freeze' as const, atMs: 0, ...freeze } }));

const after = (afterMs: fc.Arbitrary<number>, step: fc.Arbitrary<Step>): fc.Arbitrary<TimedStep> =>
  fc.record({ afterMs, step });

/** Steps that each may be left out, for a short plan. */
function recipe(...parts: readonly fc.Arbitrary<TimedStep>[]): fc.Arbitrary<readonly TimedStep[]> {
  return fc
    .tuple(...parts.map((part) => fc.option(part, { freq: 12 })))
    .map((steps) => steps.filter((step): step is TimedStep => step !== null));
}

const now = fc.constant(0);
const soon = fc.integer({ min: 0, max: 1_500 });

function steps(durationMs: number): fc.Arbitrary<readonly TimedStep[]> {
  const any = fc.oneof(
    { weight: 4, arbitrary: asks },
    { weight: 2, arbitrary: servers },
    { weight: 2, arbitrary: keyChanges },
    { weight: 2, arbitrary: disturbed(durationMs) },
    { weight: 1, arbitrary: edges },
    { weight: 1, arbitrary: floods },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(after(delays, any), { minLength: 1, maxLength: 6 }) },
    // A rotation with requests for the new and for the old key.
    { weight: 3, arbitrary: recipe(after(now, keyChanges), after(soon, asks), after(delays, keyChanges), after(delays, asks), after(delays, asks)) },
    // A flood that meets a rotation.
    { weight: 2, arbitrary: recipe(after(now, floods), after(delays, keyChanges), after(delays, asks), after(delays, asks), after(delays, floods)) },
    // A freeze while the endpoint has trouble, and requests right after it.
    { weight: 3, arbitrary: fc.record({ forMs: spans(2 * hourMs), outage: outages, freeze: freezes, asks: fc.tuple(asks, asks, asks), atMs: soon, lateMs: soon }).map(frozenOutage) },
    // An outage with requests in it and after it.
    { weight: 3, arbitrary: recipe(after(now, outages), after(delays, asks), after(delays, asks), after(delays, keyChanges), after(delays, asks)) },
    { weight: 2, arbitrary: recipe(after(now, crowds), after(delays, keyChanges), after(delays, crowds)) },
    { weight: 2, arbitrary: fc.array(after(delays, edges), { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: recipe(after(now, keyChanges), after(soon, floods), after(delays, outages), after(delays, freezes), after(delays, asks)) },
  );
}

interface FrozenOutage {
  readonly forMs: number;
  readonly outage: Step;
  readonly freeze: Step;
  readonly asks: readonly [Step, Step, Step];
  readonly atMs: number;
  readonly lateMs: number;
}

/** The process stops shortly after a request, while the endpoint has trouble, and goes on when that is over. */
function frozenOutage({ forMs, outage, freeze, asks: [first, second, third], atMs, lateMs }: FrozenOutage): readonly TimedStep[] {
  const stopMs = atMs + 1_200;
  const stopped: Step =
    freeze.kind === 'disturb' && freeze.disturbance.kind === 'freeze'
      ? { kind: 'disturb', disturbance: { ...freeze.disturbance, forMs } }
      : freeze;
  const trouble: Step = outage.kind === 'server' ? { ...outage, forMs: stopMs + Math.ceil(forMs / 2) } : outage;
  return [
    { afterMs: 0, step: trouble },
    { afterMs: atMs, step: first },
    { afterMs: stopMs, step: stopped },
    { afterMs: stopMs + forMs, step: second },
    { afterMs: stopMs + forMs + lateMs, step: third },
  ];
}

function incidents(durationMs: number): fc.Arbitrary<Incident> {
  const atMs = fc.oneof(
    fc.integer({ min: 0, max: durationMs }),
    fc.integer({ min: 0, max: 20_000 }),
    near(...Array.from({ length: 20 }, (_, i) => i * minuteMs)),
  );
  return fc.record({ atMs, steps: steps(durationMs) });
}

/** `isLegacy`: only what the product knew in November 2026, before it counted failures from their start. */
export function plans(isLegacy: boolean): fc.Arbitrary<KeysPlan> {
  return fc.constantFrom(30 * minuteMs, 90 * minuteMs, 3 * hourMs).chain((durationMs) =>
    fc.record({
      durationMs: fc.constant(durationMs),
      issuers: fc.array(fc.record({ keys: fc.uniqueArray(keyNumber, { minLength: 0, maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      processes: fc.array(processes(isLegacy), { minLength: 1, maxLength: 4 }),
      incidents: fc.array(incidents(durationMs), { minLength: 1, maxLength: 5 }),
    }),
  );
}

export const rarely: { readonly siege: fc.Arbitrary<Step> } = { siege: sieges };
