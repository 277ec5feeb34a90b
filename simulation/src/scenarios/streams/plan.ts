/**
 * A time within a campaign, by something that happens in it: the start of the campaign, the moment at which the note was
 * written, or the end of the drain that it began. The last two never come if no note is written.
 */
export type Anchor = 'start' | 'note' | 'drain end';

export interface Moment {
  readonly anchor: Anchor;
  /** May be negative for the end of the drain. */
  readonly afterMs: number;
}

/** `other`: to a third key. `undo`: from the new key back to the old one. */
export type Direction = 'planned' | 'other' | 'undo';

export type OperatorAction =
  | { readonly kind: 'run' | 'advance' | 'plan' | 'cancel'; readonly direction: Direction; readonly leaked: boolean }
  | { readonly kind: 'publish'; readonly key: 'from' | 'to'; readonly replaces: boolean }
  /** Aborts the signal of the last run. */
  | { readonly kind: 'stop' };

export type GatewayMode =
  | 'error'
  | 'redirect'
  | 'no key'
  | 'hang'
  | 'reset'
  | 'slow'
  | 'too slow'
  | 'slow body'
  | 'endless body'
  | 'huge'
  | 'garbage'
  | 'empty'
  | 'untrusted'
  | 'cut off';

/** `freezes`: what was sent meanwhile is done afterwards. `uneven`: requests take up to three seconds, and overtake each other. */
export type StoreMode =
  | 'down'
  | 'hangs'
  | 'freezes'
  | 'slow'
  | 'uneven'
  | 'refuses'
  | 'unfit'
  | 'flaky'
  | 'answers lost';

export type Step =
  | { readonly kind: 'operator'; readonly operator: number; readonly action: OperatorAction }
  | { readonly kind: 'freeze'; readonly process: Actor; readonly forMs: number; readonly stopsSteadyClock: boolean }
  | { readonly kind: 'crash'; readonly process: Actor; readonly forMs: number }
  | { readonly kind: 'clock'; readonly process: Actor; readonly byMs: number }
  | {
      readonly kind: 'link';
      readonly process: Actor;
      readonly to: 'store' | 'gateway';
      readonly forMs: number;
      readonly lost: boolean;
    }
  | { readonly kind: 'gateway'; readonly mode: GatewayMode; readonly forMs: number }
  /** A key file on the gateway overrides the slot. */
  | { readonly kind: 'file'; readonly key: 'from' | 'to' | 'third'; readonly forMs: number }
  | { readonly kind: 'store'; readonly mode: StoreMode; readonly forMs: number }
  /** Something other than a rotation changes the store. */
  | { readonly kind: 'meddle'; readonly how: Meddling }
  /** An old release starts on a node: it signs with `from` alone, and publishes it. */
  | { readonly kind: 'old node'; readonly node: number };

export type Meddling =
  | 'put from'
  | 'put to'
  | 'put third'
  | 'put escaped'
  | 'put garbage'
  | 'delete'
  | 'lose buckets'
  | 'roll back'
  | 'spoil note';

export interface Actor {
  readonly role: 'operator' | 'node';
  readonly number: number;
}

/** Something that happens during a request of an operator, because only this can hit the instant between a read and a write. */
export interface Trap {
  readonly operator: number;
  readonly anchor: Anchor;
  /** The first request after the anchor is 1. */
  readonly nth: number;
  /** `none`: only what another operator does meanwhile. */
  readonly effect:
    | 'none'
    | 'freeze before'
    | 'freeze after'
    | 'crash before'
    | 'crash after'
    | 'request lost'
    | 'answer lost';
  readonly forMs: number;
  /** What another operator does meanwhile. `stop` aborts the run that is in the trap. */
  readonly meanwhile: OperatorAction | null;
}

/** A client that connects several times, and gets a token from a node for each connection, or only if its token has expired. */
export interface Client {
  readonly node: number;
  readonly at: Moment;
  readonly times: number;
  readonly everyMs: number;
  readonly keeps: boolean;
  readonly ttl: 'longest' | 'drain' | 'above drain' | 'short' | 'one' | 'too long' | 'zero';
  /** The number of tokens that are requested at once. */
  readonly crowd: number;
  /**
   * How the token is requested. `changed`: the request is changed after the call. `user`: for the user of a request, `late` for one
   * whose own token has expired or will in a moment, and `impersonated` for an impersonated user.
   */
  readonly asks: 'plain' | 'changed' | 'user' | 'late user' | 'impersonated';
}

export interface Campaign {
  readonly leaked: boolean;
  /** Whether the new key is the third one, or the one that was in use before. */
  readonly goesBack: boolean;
  /** Runs the plan again if it ends with an error, as the guide says. */
  readonly isPersistent: boolean;
  /** How long nothing happens afterwards. A note that is a day older than its drain no longer counts. */
  readonly restMs: number;
  readonly steps: readonly (Step & { readonly at: Moment })[];
  readonly traps: readonly Trap[];
  readonly clients: readonly Client[];
}

export interface StreamsPlan {
  readonly maxTtlSeconds: number;
  readonly drainTtlSeconds: number;
  readonly storeHasClock: boolean;
  /** How far the clocks are ahead. */
  readonly storeAheadMs: number;
  readonly nodes: readonly number[];
  readonly operators: readonly number[];
  /** How fast the clocks of the processes run, in parts per million. */
  readonly driftPpm: readonly number[];
  /** How long the gateway takes to use a new key. */
  readonly lagMs: number;
  readonly answersJson: boolean;
  readonly campaigns: readonly Campaign[];
}
