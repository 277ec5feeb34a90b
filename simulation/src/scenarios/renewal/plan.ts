import type { Disturbance } from '../../world/fleet.ts';
import type { VisitKind } from './visit-kinds.ts';

/** The token cookie of a request. `kept`: what the browser has stored. */
export type OwnToken =
  | 'kept'
  | 'none'
  | 'expired'
  | 'ending'
  | 'fresh'
  | 'of another user'
  | 'of another organization'
  | 'of an impersonator'
  | 'forged'
  | 'forged, ending'
  | 'garbage';

/** What the app's own proxy function does. */
export type Handler = 'none' | 'lets caches store' | 'signs out' | 'is slow';

/** What the issuer does with requests of one kind. */
export type Mode =
  | 'good'
  | 'slow'
  | 'hangs'
  | 'resets'
  | 'stalls'
  | 'status'
  | 'garbage'
  | 'too big'
  | 'signed by a stranger'
  | 'other user'
  | 'other organization'
  | 'impersonator'
  | 'expired'
  | 'too long';

export type Endpoint = 'renewal' | 'template' | 'keys';

export interface Mood {
  readonly mode: Mode;
  /** For `slow`. */
  readonly ms: number;
  /** For `status`. */
  readonly status: number;
  readonly retryAfterS: number | null;
}

export interface Visit {
  readonly process: number;
  readonly browser: number;
  readonly kind: VisitKind;
  readonly own: OwnToken;
  readonly handler: Handler;
  readonly slowMs: number;
  readonly isGuarded: boolean;
}

export type Step =
  | { readonly kind: 'visit'; readonly visit: Visit; readonly copiesAfterMs: readonly number[] }
  | {
      readonly kind: 'mood';
      readonly endpoint: Endpoint;
      readonly mood: Mood;
      readonly forMs: number;
      /** An issuer that fails for a moment again and again. */
      readonly againAfterMs: readonly number[];
    }
  | { readonly kind: 'session'; readonly browser: number; readonly act: 'ends' | 'switches' | 'signs in' }
  | { readonly kind: 'revoke'; readonly browser: number }
  | { readonly kind: 'keys' }
  | { readonly kind: 'cut'; readonly process: number }
  | { readonly kind: 'disturb'; readonly disturbance: Disturbance }
  /** Requests of as many sessions, which the issuer knows or not. */
  | {
      readonly kind: 'flood';
      readonly process: number;
      readonly count: number;
      readonly everyMs: number;
      readonly isMadeUp: boolean;
    }
  | {
      readonly kind: 'template';
      readonly process: number;
      readonly browser: number;
      readonly template: number;
      readonly copiesAfterMs: readonly number[];
    };

export interface TimedStep {
  readonly atMs: number;
  readonly step: Step;
}

export interface RenewalPlan {
  readonly processes: readonly { readonly aheadMs: number; readonly driftPpm: number }[];
  readonly browsers: number;
  readonly lifetimeS: number;
  readonly templateLifetimeS: number;
  /** Where an answer says how long the token of a template lives. */
  readonly templateSays: 'claims' | 'field' | 'nothing';
  /** How often the issuer replaces the session cookie as it renews. */
  readonly rotates: 'never' | 'always' | 'sometimes';
  readonly hasRevocations: boolean;
  readonly steps: readonly TimedStep[];
}

/** After the last step: longer than everything that waits. */
const tailMs = 40_000;

/** When the episode is over. */
export function endOf({ steps }: RenewalPlan): number {
  const ends = steps.map(({ atMs, step }) => {
    if (step.kind === 'mood') return atMs + step.forMs + Math.max(0, ...step.againAfterMs);
    if (step.kind === 'flood') return atMs + step.count * step.everyMs;
    if (step.kind === 'visit') return atMs + Math.max(0, ...step.copiesAfterMs) + step.visit.slowMs;
    if (step.kind === 'template') return atMs + Math.max(0, ...step.copiesAfterMs);
    if (step.kind !== 'disturb') return atMs;
    const { disturbance } = step;
    if (disturbance.kind === 'crash') return atMs + disturbance.restartAfterMs;
    return atMs + ('forMs' in disturbance ? disturbance.forMs : 0);
  });
  return Math.max(...ends) + tailMs;
}
