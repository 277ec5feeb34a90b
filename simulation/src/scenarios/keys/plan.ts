import type { Disturbance } from '../../world/fleet.ts';
import type { ServerMode } from './issuer-server.ts';

export const forms = [
  'verify',
  'authenticate',
  'check',
  'token verifier',
  'once',
  'request once',
  'once, changing',
] as const;

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
  /** The age of `initialKeys` at the start of the process. `withdrawn`: one of its keys is no longer published. */
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
  /** Whether its `fetch` ignores the abort signal. */
  readonly isDeaf: boolean;
}

export const wants = ['good', 'short', 'forged', 'unknown', 'impersonated', 'other environment'] as const;

export type Step =
  | {
      readonly kind: 'ask';
      readonly process: number;
      readonly verifier: number;
      readonly issuer: number;
      readonly want: (typeof wants)[number];
      /** The number of a key of the issuer. `null` for any published key. */
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
  /** How many processes there are of each. */
  readonly copies: number;
  readonly durationMs: number;
  readonly issuers: readonly { readonly keys: readonly number[] }[];
  readonly processes: readonly ProcessPlan[];
  readonly incidents: readonly Incident[];
}
