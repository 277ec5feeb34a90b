import type { Disturbance } from '../../world/fleet.ts';
import type { ListenerEnd } from '../../world/listener.ts';
import type { ConnectionPlan } from '../../world/store-connection.ts';
import type { StoreFault } from '../../world/store-fault.ts';
import type { Alteration } from './alteration.ts';
import type { SecretName } from './message.ts';
import type { Story } from './story.ts';

/** What the app's handler does with an event. */
export interface Work {
  readonly takesMs: number;
  /** `throws a status`: an error of a framework, such as that of a user who is not found. */
  readonly ends: 'done' | 'throws' | 'throws a status' | 'never';
}

/** How a body reaches the receiver. */
export const bodyForms = [
  'text',
  'bytes',
  'function',
  'stream',
  'slow stream',
  'broken stream',
  // The app uses the buffer for something else while the delivery is verified.
  'reused bytes',
  'endless stream',
  'endless stream of nothing',
] as const;
export type BodyForm = (typeof bodyForms)[number];

/** What goes wrong when one delivery looks up its event. */
export interface Lookups {
  /** Which of its lookups the store hides, a bit for each round trip. */
  readonly hidden: number;
  /** The store has this number of `foreignValues` under the key of the event. */
  readonly foreign: number | null;
}

export const goodLookups: Lookups = { hidden: 0, foreign: null };

export interface Copy {
  readonly to: number;
  readonly afterMs: number;
}

export type Step = { readonly atMs: number } & (
  | {
      readonly kind: 'event';
      readonly to: number;
      /** Deliveries that the network doubles, to any process. */
      readonly copies: readonly Copy[];
      /** What the first handlings do. Those after them are done at once. */
      readonly works: readonly Work[];
      readonly form: BodyForm;
      /** `null`: an update of a user. */
      readonly story: Story | null;
      /** The store loses so many of its last writes, soon after. */
      readonly loss: { readonly afterMs: number; readonly count: number } | null;
      /** By how many bytes the body exceeds `maxBytes`. `null` for a usual size. */
      readonly beyondMaxBytes: number | null;
      /** The number of answers that never reach the sender. */
      readonly losesAnswers: number;
    }
  /** An event is delivered again with a new timestamp. `age`: seconds beyond an edge of the tolerance. */
  | {
      readonly kind: 'again';
      readonly of: number;
      readonly to: number;
      readonly age: { readonly edge: 'old' | 'new'; readonly beyond: number } | null;
      readonly lookups: Lookups;
    }
  /** An attacker sends a recorded delivery, also one who changes it, or waits for an edge of the tolerance. */
  | {
      readonly kind: 'replay';
      readonly of: number;
      readonly to: number;
      readonly alteration: Alteration;
      readonly edgeMs: number | null;
    }
  | {
      readonly kind: 'flood';
      readonly count: number;
      readonly everyMs: number;
      readonly to: number | null;
      readonly work: Work;
    }
  | { readonly kind: 'store'; readonly fault: StoreFault }
  | { readonly kind: 'disturbance'; readonly disturbance: Disturbance }
);

export interface WebhookPlan {
  readonly processes: readonly { readonly aheadMs: number; readonly driftPpm: number }[];
  readonly store: 'shared' | 'memory' | 'none';
  /** Whether the client of the store emits the errors of its connection, and how. */
  readonly connection: ConnectionPlan;
  /** Whether `memory` holds as many events as it remembers. */
  readonly isMemoryFull: boolean;
  readonly listener: ListenerEnd;
  /** `null`: receivers without the option `revocations`. */
  readonly announcer: { readonly announcesSessions: boolean } | null;
  /** Receivers in each process, with one store. */
  readonly receivers: number;
  readonly leaseSeconds: number;
  readonly toleranceSeconds: number;
  readonly rememberSeconds: number;
  readonly maxBytes: number;
  readonly latencyMs: number;
  readonly sender: { readonly aheadMs: number; readonly retrySeconds: readonly number[] };
  /** When receivers and sender change their secrets; `null`: never. */
  readonly rotation: {
    readonly receivers: readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[];
    readonly sender: readonly { readonly atMs: number; readonly secrets: readonly SecretName[] }[];
  } | null;
  readonly steps: readonly Step[];
}
