import type { Disturbance } from '../../world/fleet.ts';

/** What the app's table says about a tenant: nothing, or the environments that are accepted. */
export const records = ['absent', 'all', 'live', 'test', 'both'] as const;

export type TenantRecord = (typeof records)[number];

/** What the app's function `approve` does for a while. Otherwise it looks the issuer up, and answers at once or soon. */
export const approveModes = [
  'slow',
  'deaf and slow',
  'hang',
  'throw',
  'reject',
  'true',
  'number',
  'bad url',
  'unknown property',
  'no environment',
  'another tenant',
] as const;

export type ApproveMode = (typeof approveModes)[number];

export const reportModes = ['true', 'false', 'refusal', 'throw', 'reject', 'slow', 'hang'] as const;

export type ReportMode = (typeof reportModes)[number];

export const forms = [
  'verify',
  'check',
  'token verifier',
  'once',
  'request once',
  'list',
  'list, other header',
] as const;

export interface ClientPlan {
  readonly form: (typeof forms)[number];
  readonly environment: 0 | 1 | null;
  readonly cachedTokens: number;
  /** What a check in `reportOnly` does, if there is one. */
  readonly report: ReportMode | null;
  /** Without `onEvent`, the check is not run. */
  readonly isSilent: boolean;
  /** Whether another check refuses impersonated users. */
  readonly refusesImpersonated: boolean;
  /** Whether a check of the app calls what `reportOnly` returned, which is a mistake. */
  readonly isMisused: boolean;
}

export interface ProcessPlan {
  readonly aheadMs: number;
  readonly driftPpm: number;
  readonly rememberS: number;
  readonly timeoutMs: number;
  readonly newPerMinute: number;
  /** How long `approve` takes usually. 0: it returns no promise. */
  readonly approveMs: number;
  readonly clients: readonly ClientPlan[];
  /** How often a usual request comes. */
  readonly everyMs: number;
}

export const wants = [
  'good',
  'other environment',
  'impersonated',
  'slash',
  'forged',
  'of another tenant',
  'unknown key',
  'expired',
  'odd issuer',
  'made up',
] as const;

export type Step =
  | {
      readonly kind: 'ask';
      readonly process: number;
      readonly client: number;
      readonly want: (typeof wants)[number];
      readonly tenant: number;
      /** How many tenants, or made-up issuers, from this one on. */
      readonly spread: number;
      readonly size: number;
      readonly waves: number;
      readonly gapMs: number;
      /** Sends the token in the header of the other verifier of a list. */
      readonly inOtherHeader: boolean;
    }
  | { readonly kind: 'record'; readonly tenant: number; readonly record: TenantRecord }
  | { readonly kind: 'approve'; readonly mode: ApproveMode; readonly ms: number; readonly forMs: number }
  | { readonly kind: 'keys'; readonly tenant: number; readonly change: 'add' | 'withdraw' | 'back' }
  | {
      readonly kind: 'server';
      readonly tenant: number;
      readonly mode: 'status 500' | 'hang' | 'slow';
      readonly forMs: number;
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

export interface TenantsPlan {
  /** How many processes there are of each. */
  readonly copies: number;
  readonly durationMs: number;
  readonly records: readonly TenantRecord[];
  readonly processes: readonly ProcessPlan[];
  readonly incidents: readonly Incident[];
}
