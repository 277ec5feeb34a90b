import type { Disturbance } from '../../world/fleet.ts';
import type { ListenerEnd } from '../../world/listener.ts';

/** What `Retry-After` says. A date is `aheadSeconds` after the server's own time. */
export type RetryAfter =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | {
      readonly kind: 'date';
      readonly form: 'imf' | 'rfc850' | 'asctime';
      readonly aheadSeconds: number;
      /** Whether the response has a `Date` header with the server's time. */
      readonly isDated: boolean;
    }
  | { readonly kind: 'text'; readonly text: string };

export type BodyEnd = 'whole' | 'slow' | 'cut' | 'never';

/** What the API does with one request. `works`: whether it carries the operation out. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly afterMs: number; readonly end: BodyEnd }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly works: boolean;
      readonly retryAfter: RetryAfter | null;
      readonly body: 'problem' | 'html' | 'empty' | 'echo';
      readonly afterMs: number;
      readonly end: BodyEnd;
    }
  | { readonly kind: 'hang'; readonly works: boolean }
  | { readonly kind: 'reset'; readonly works: boolean }
  | { readonly kind: 'garbage'; readonly works: boolean; readonly text: string }
  /** A successful response whose text ends in the middle, although the connection is not cut. */
  | { readonly kind: 'half' }
  | { readonly kind: 'redirect'; readonly status: number; readonly isForeign: boolean }
  /** The connection fails. `number` is an index into the list of failures. */
  | { readonly kind: 'failure'; readonly number: number; readonly works: boolean; readonly afterMs: number }
  | { readonly kind: 'repeated cursor'; readonly back: number };

/** In this time, the first request of a call gets the first behavior, the second request the second one, and so on. */
export interface Fault {
  readonly fromMs: number;
  readonly forMs: number;
  readonly steps: readonly Behaviour[];
}

export const operationNames = [
  'get',
  'list',
  'iterate',
  'pages',
  'create',
  'update',
  'delete',
  'ban',
  'unban',
  'revoke all',
  'revoke one',
  'impersonate',
  'invite',
  'resend',
  'raw get',
  'raw post',
  'raw repeatable post',
  'raw patch',
  'wrong id',
] as const;

export type OperationName = (typeof operationNames)[number];

export interface CallStep {
  readonly atMs: number;
  readonly process: number;
  readonly operation: OperationName;
  /** Selects the user, the invitation or the wrong id for the call. */
  readonly target: number;
  /** How many of these calls begin, `everyMs` after each other. */
  readonly count: number;
  readonly everyMs: number;
  readonly timeoutMs: number | null;
  readonly maxRetries: number | null;
  /** Milliseconds from the call until its signal is aborted. -1: before the call. `null`: no signal, or never aborted. */
  readonly abortAfterMs: number | null;
  readonly hasSignal: boolean;
  /** One signal for all of `count` calls. */
  readonly sharesSignal: boolean;
  /** For a listing: how long its consumer waits after each item, and after how many items it stops. */
  readonly pauseMs: number;
  readonly stopAfter: number | null;
  /** Whether the listing is resumed with the cursor of an earlier one. */
  readonly isResumed: boolean;
  /** After how long the app announces again what could not be announced. `null`: never. */
  readonly announcesAfterMs: number | null;
}

/** What the feed of revocations does with announcements. `throws`: before it returns a promise. */
export interface FeedFault {
  readonly fromMs: number;
  readonly forMs: number;
  readonly mode: 'fails' | 'throws' | 'hangs' | 'slow' | 'too slow';
}

/** Things that happen close to each other. Times are relative to its beginning. */
export interface Incident {
  readonly gapMs: number;
  readonly faults: readonly Fault[];
  readonly calls: readonly CallStep[];
  readonly disturbances: readonly Disturbance[];
  readonly feed: readonly FeedFault[];
}

export interface ProcessPlan {
  readonly aheadMs: number;
  readonly driftPpm: number;
  readonly timeoutMs: number | null;
  readonly maxRetries: number | null;
  readonly usesOwnFetch: boolean;
  /** The API is reached through a gateway with a path. */
  readonly hasGateway: boolean;
  /** Whether the client has `revocations`: of its environment, or of another one. */
  readonly revocations: 'none' | 'own' | 'foreign';
  readonly announceSessions: boolean;
  /** What `onEvent` of the app does after it has looked at an event. */
  readonly listener: ListenerEnd;
}

/** Many processes whose server fails at the same moment. */
export interface CrowdPlan {
  readonly processes: number;
  readonly retryAfterSeconds: number | null;
}

/** The header `Date` of answers. A cached one is three seconds old. */
export type DateHeader = 'none' | 'right' | 'cached';

export interface ApiPlan {
  readonly dates: DateHeader;
  readonly latencyMs: readonly [number, number];
  readonly processes: readonly ProcessPlan[];
  readonly users: number;
  readonly pageSize: number;
  readonly incidents: readonly Incident[];
  readonly crowd: CrowdPlan | null;
}

/** The time within which the calls of an incident begin. */
export const incidentMs = 60_000;

/** One call without options, at the beginning of its incident. */
export const plainCall: CallStep = {
  atMs: 0,
  process: 0,
  operation: 'get',
  target: 0,
  count: 1,
  everyMs: 0,
  timeoutMs: null,
  maxRetries: null,
  abortAfterMs: null,
  hasSignal: false,
  sharesSignal: false,
  pauseMs: 0,
  stopAfter: null,
  isResumed: false,
  announcesAfterMs: null,
};
