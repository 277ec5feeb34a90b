/** What happened to the revocations of a process, for logs and metrics. Never contains a token. */
export type RevocationEvent =
  /** A snapshot of the store was read: at the start, after a reconnect, or after the store has lost data. */
  | { readonly type: 'feed_current'; readonly entries: number; readonly durationMs: number }
  /** The store could not be reached, or refused. Reported when an outage begins and at most once a minute. */
  | { readonly type: 'feed_failed'; readonly problem: string; readonly cause: Error }
  /** There was no proof for `maxStaleSeconds` that the feed is alive. `policy` holds from now on. */
  | { readonly type: 'feed_stale'; readonly policy: 'refuse' | 'accept'; readonly silentSeconds: number }
  /** The feed is alive again after `feed_stale`. */
  | { readonly type: 'feed_recovered'; readonly silentSeconds: number }
  /**
   * The store was empty when this process started, or has lost data. What no process and no store remembers is no longer
   * revoked. Also reported at the first start of all.
   */
  | { readonly type: 'feed_reset' }
  /** Entries that this process holds and the store has lost were written back. */
  | { readonly type: 'entries_restored'; readonly entries: number }
  /** The feed cannot be used with these options. Every request gets 503. */
  | { readonly type: 'feed_refused'; readonly error: Error }
  /** Entries of the feed were ignored. `version`: written by a newer version of this package. At most once a minute per `why`. */
  | {
      readonly type: 'entries_ignored';
      readonly why: 'malformed' | 'foreign' | 'signature' | 'version' | 'future';
      readonly entries: number;
    }
  /** The bound on entries was reached: every token issued at or before `issuedBefore` (ISO 8601) is refused. */
  | { readonly type: 'entries_compacted'; readonly entries: number; readonly issuedBefore: string }
  /** A revocation was announced. The id is safe to log. */
  | {
      readonly type: 'announced';
      readonly kind: RevocationKind;
      readonly id: string | null;
      readonly durationMs: number;
    }
  /** A revocation could not be announced. This process refuses the tokens, and goes on trying. */
  | {
      readonly type: 'announce_failed';
      readonly kind: RevocationKind;
      readonly id: string | null;
      readonly cause: Error;
    };

/** What is revoked. `member`: a user within one organization. */
export type RevocationKind = 'user' | 'member' | 'impersonator' | 'environment' | 'token';

export type RevocationEventListener = (event: RevocationEvent) => void;
