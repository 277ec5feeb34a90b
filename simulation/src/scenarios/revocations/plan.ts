import type { StoreMode } from '../../world/stream-store.ts';

/**
 * A time relative to a limit of the options. It stays at the edge of the limit when plans are shrunk. `stale`: maxStaleSeconds.
 * `memory`: how long an entry is kept. `second`: the next full second.
 */
export interface Moment {
  readonly of: 'start' | 'stale' | 'memory' | 'wait' | 'second';
  readonly plusMs: number;
}

export const subjectKinds = ['user', 'member', 'impersonator', 'environment', 'token'] as const;

export type SubjectKind = (typeof subjectKinds)[number];

/** What an attacker writes to the store, or an operator by mistake. */
export const attacks = [
  'garbage',
  'no text',
  'foreign issuer',
  'foreign environment',
  'another version',
  'unsigned',
  'wrong signature',
  'signature of another environment',
  'unknown key',
  'far ahead',
  'not a number',
  'copies',
  'old copies',
] as const;

export type Attack = (typeof attacks)[number];

export const operatorActs = ['delete key', 'remove message', 'remove last', 'purge', 'foreign key'] as const;

export type OperatorAct = (typeof operatorActs)[number];

export type Step =
  /** A process revokes. `at`: in seconds from now, `null` for no moment. `crashesAfterMs`: the process is killed then. */
  | {
      readonly kind: 'revoke';
      readonly process: number;
      readonly subject: SubjectKind;
      readonly who: number;
      readonly at: number | null;
      readonly crashesAfterMs: number | null;
      /** After this time, a failed announcement is repeated. */
      readonly repeatsAfterMs: number | null;
    }
  /** A process bans a user, or signs a session out, through the API client. */
  | {
      readonly kind: 'ban';
      readonly process: number;
      readonly who: number;
      readonly operation: 'ban' | 'delete' | 'unban';
      readonly api: 'answers' | 'fails' | 'answer is lost';
      readonly apiMs: number;
      /** When the process is killed, after the API has carried the call out. */
      readonly crashesAfterMs: number | null;
    }
  /** A process revokes so many users at once. Few of them have requests here. */
  | { readonly kind: 'many'; readonly process: number; readonly count: number; readonly at: number }
  /** Torii tells a process by webhook that a user was banned, some time ago. */
  | {
      readonly kind: 'webhook';
      readonly process: number;
      readonly who: number;
      readonly event: 'user.banned' | 'user.deleted' | 'session.revoked' | 'user.updated';
      readonly environment: 'own' | 'other' | 'none';
      readonly lateSeconds: number;
    }
  | { readonly kind: 'attack'; readonly attack: Attack; readonly who: number }
  /** Requests to all processes around the cut-offs so far. */
  | { readonly kind: 'probe'; readonly plusSeconds: number }
  /**
   * A caller of a process opens a socket, which is to be closed when its time is over. `idlesMs`: how long after the token was
   * accepted the app calls `untilRevoked`.
   */
  | {
      readonly kind: 'socket';
      readonly process: number;
      readonly who: number;
      readonly actor: number | null;
      readonly lifeSeconds: number;
      readonly idlesMs: number;
    }
  /** Callers of a process connect and leave, one after the other. */
  | { readonly kind: 'visitors'; readonly process: number }
  /** The app of a process closes its revocations, goes on for a while, and ends. */
  | { readonly kind: 'close'; readonly process: number; readonly for: Moment }
  | {
      readonly kind: 'store';
      readonly mode: Exclude<StoreMode, 'well'>;
      readonly for: Moment;
      readonly delayMs: number;
    }
  | { readonly kind: 'flush'; readonly writesAtOnce: boolean }
  /** `cuts`: connections are closed. `readonlyForMs`: the new master refuses writes at first. */
  | { readonly kind: 'failover'; readonly cuts: boolean; readonly readonlyForMs: number }
  /**
   * A replica takes over, and the old master goes on for the processes whose bit is set in `side`, until it is demoted and loses
   * what was written to it.
   */
  | { readonly kind: 'split'; readonly side: number; readonly for: Moment }
  /** The replica that some processes read from gets nothing from its master. */
  | { readonly kind: 'replica'; readonly link: 'silent' | 'down'; readonly for: Moment }
  | { readonly kind: 'restart'; readonly by: Moment; readonly downForMs: number }
  | { readonly kind: 'store clock'; readonly byMs: number }
  | {
      readonly kind: 'link';
      readonly process: number | null;
      readonly for: Moment;
      readonly link: 'refused' | 'lost' | 'answers lost';
    }
  | { readonly kind: 'cut' }
  /** NATS stops delivering to the consumers that it has. */
  | { readonly kind: 'stall' }
  /** What an operator of NATS does. */
  | { readonly kind: 'operator'; readonly does: OperatorAct; readonly who: number }
  | {
      readonly kind: 'freeze';
      readonly process: number;
      readonly for: Moment;
      readonly stopsSteadyClock: boolean;
      /** How long after a write the process is frozen. It is then waiting for an answer of the store. */
      readonly afterNewsMs: number | null;
      /** What happens while it is frozen. */
      readonly meanwhile: 'nothing' | 'revoke' | 'flush' | 'failover';
    }
  | { readonly kind: 'crash'; readonly process: number; readonly restartAfterMs: number }
  /** `backAfterMs`: after this time, the clock is corrected. */
  | { readonly kind: 'clock'; readonly process: number; readonly byMs: number; readonly backAfterMs: number | null };

export interface Incident {
  /** How long after the last one has ended. */
  readonly after: Moment;
  /** How many requests each process gets meanwhile. */
  readonly requests: number;
  readonly steps: readonly { readonly at: Moment; readonly step: Step }[];
}

/** What carries the entries. */
export type FeedPlan =
  | { readonly kind: 'nats'; readonly timeoutMs: number }
  | { readonly kind: 'redis' }
  | {
      readonly kind: 'poll';
      readonly everyMs: number;
      readonly timeoutMs: number;
      /** What `read` returns: all texts, all texts and the time of the store, or those since a moment and the time. */
      readonly returns: 'texts' | 'time' | 'since';
      /** Whether the store tells the processes of each write, as LISTEN does. */
      readonly notifies: boolean;
      /** Whether `read` and `write` end when their signal is aborted. */
      readonly heedsSignal: boolean;
    };

export interface RevocationsPlan {
  readonly feed: FeedPlan;
  readonly maxTokenSeconds: number;
  readonly maxStaleSeconds: number;
  readonly whenStale: 'refuse' | 'accept';
  readonly beforeFirstSnapshot: 'refuse' | 'accept';
  readonly waitMs: number;
  readonly maxEntries: number;
  readonly clockTolerance: number;
  readonly cachedTokens: number;
  /** `rotating`: the processes have the same two keys in different orders. */
  readonly signing: 'off' | 'on' | 'rotating';
  readonly announceTimeoutMs: number;
  /** How many replicas must confirm an announcement. 0: none. */
  readonly waitsForReplicas: 0 | 1 | 2;
  /** `laggardMs`: how far the second replica is behind. It never takes over. */
  readonly store: {
    readonly aheadMs: number;
    readonly driftPpm: number;
    readonly lagMs: number;
    readonly laggardMs: number;
  };
  /** How many entries the store holds before the first process starts. */
  readonly history: number;
  /** Whether the end of the plan is so long that every entry is over. */
  readonly rests: boolean;
  readonly processes: readonly {
    readonly startsAtMs: number;
    readonly driftPpm: number;
    readonly aheadMs: number;
    /** Whether it is connected to a replica, as a server that only verifies may be. */
    readonly readsReplica: boolean;
  }[];
  readonly incidents: readonly Incident[];
}

/** Whether a store without a clock carries the entries: then each process uses its own. */
export function isTimeless({ feed }: RevocationsPlan): boolean {
  return feed.kind === 'poll' && feed.returns === 'texts';
}

/** Whether the replicas that must confirm an announcement are up to date, so that none can fail because of them. */
export function canBeConfirmed({ waitsForReplicas, store }: RevocationsPlan): boolean {
  if (waitsForReplicas === 0) return true;
  return waitsForReplicas === 1 ? Math.min(store.lagMs, store.laggardMs) === 0 : store.lagMs + store.laggardMs === 0;
}

export function msOf({ of, plusMs }: Moment, plan: RevocationsPlan): number {
  const bases = {
    start: 0,
    stale: plan.maxStaleSeconds * 1000,
    memory: (plan.maxTokenSeconds + 600) * 1000,
    wait: plan.waitMs,
    second: 1000,
  };
  return Math.max(0, bases[of] + plusMs);
}
