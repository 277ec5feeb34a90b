import type { ListenerEnd } from '../../world/listener.ts';
import type { ConnectionPlan } from '../../world/store-connection.ts';
import type { DocumentPlan } from './documents.ts';

/**
 * A time relative to a limit of the options. It stays at the edge of the limit when plans are shrunk. `limit`: how long a request
 * waits. `renewal`, `expiry`: the ages of a document from which it is read again, and no longer used. `retry`: a second.
 */
export interface Moment {
  readonly of: 'start' | 'limit' | 'renewal' | 'expiry' | 'retry';
  readonly plusMs: number;
}

/** What the store does with reads. */
export const faults = [
  'fails',
  'throws',
  'refuses',
  'hangs',
  'freezes',
  'is slow',
  'answers garbage',
  'answers an old version',
  'answers out of order',
  'is unreliable',
] as const;

export type Step =
  /** A program writes another version. `lose`: the store rolls back, by one write or several. */
  | { readonly kind: 'write'; readonly document: number; readonly version: number }
  | { readonly kind: 'lose'; readonly document: number; readonly writes: number }
  | { readonly kind: 'fault'; readonly fault: (typeof faults)[number]; readonly for: Moment; readonly detail: number }
  /** An app writes another version, or none, and calls `refresh()`. */
  | { readonly kind: 'refresh'; readonly process: number; readonly document: number; readonly version: number | null }
  | { readonly kind: 'crowd'; readonly process: number; readonly document: number; readonly size: number }
  | {
      readonly kind: 'flood';
      readonly process: number;
      readonly document: number;
      readonly paths: number;
      readonly length: number;
    }
  /** Requests at exact ages of the document, or of the last read that failed. */
  | {
      readonly kind: 'edge';
      readonly process: number;
      readonly document: number;
      readonly at: Moment;
      readonly every: number;
    }
  | {
      readonly kind: 'freeze';
      readonly process: number;
      readonly for: Moment;
      readonly stopsSteadyClock: boolean;
      /** The number of repetitions, less than a second apart. */
      readonly times: number;
    }
  | { readonly kind: 'crash'; readonly process: number; readonly for: Moment }
  | { readonly kind: 'clock'; readonly process: number; readonly by: Moment; readonly isBack: boolean }
  /** An edge runtime ends the requests that are under way, with all that they wait for. */
  | { readonly kind: 'cut'; readonly process: number }
  | {
      readonly kind: 'link';
      readonly process: number | null;
      readonly for: Moment;
      readonly link: 'refused' | 'lost' | 'answers lost';
    };

/** Things that happen within seconds or minutes of each other, under traffic. */
export interface Incident {
  /** How long after the last incident has ended. */
  readonly afterMs: number;
  /** How many requests each process gets meanwhile. */
  readonly requests: number;
  readonly steps: readonly { readonly at: Moment; readonly step: Step }[];
}

export interface PoliciesPlan {
  readonly refreshMs: number;
  readonly timeoutMs: number;
  /** `function`: reads over the network. `store`: a Keyv. `memory`: a function that returns its document at once. */
  readonly source: 'function' | 'store' | 'memory';
  readonly processes: readonly { readonly driftPpm: number; readonly aheadMs: number }[];
  /** Whether the store is read through a client that emits the errors of its connection, and how. */
  readonly connection: ConnectionPlan;
  readonly impersonation: 'refuse' | 'audit';
  readonly listener: ListenerEnd;
  /** The versions of each document. */
  readonly documents: readonly (readonly DocumentPlan[])[];
  readonly incidents: readonly Incident[];
}

/** The most that a request waits for the store. */
export function limitMsOf({ refreshMs, timeoutMs }: PoliciesPlan): number {
  return Math.min(refreshMs, timeoutMs);
}

export function msOf({ of, plusMs: plus }: Moment, plan: PoliciesPlan): number {
  const bases = {
    start: 0,
    limit: limitMsOf(plan),
    renewal: plan.refreshMs * 0.8,
    expiry: plan.refreshMs,
    retry: 1_000,
  };
  return Math.max(0, bases[of] + plus);
}
