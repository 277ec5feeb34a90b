/** An event of `createRevocations`, for logs and metrics. Never contains a token. */
export type RevocationEvent =
  /** All entries of the store were read: at the start, after a failure, or after the store has lost data. */
  | { readonly type: 'feed_current'; readonly entries: number; readonly durationMs: number }
  /** The store could not be reached, or refused a command. Reported when an outage begins, and then at most once a minute. */
  | { readonly type: 'feed_failed'; readonly problem: string; readonly cause: Error }
  /** There was no proof for `maxStaleSeconds` that the feed is alive. From now on, `policy` decides (`whenStale`). */
  | { readonly type: 'feed_stale'; readonly policy: 'refuse' | 'accept'; readonly silentSeconds: number }
  /** The feed is alive again after `feed_stale`, or a wrong clock of this process was corrected. */
  | { readonly type: 'feed_recovered'; readonly silentSeconds: number }
  /**
   * The store was empty when this process started, as at the very first start, or it has lost data. Revocations that no process
   * remembers are lost.
   */
  | { readonly type: 'feed_reset' }
  /** This process has written entries that the store lacked. */
  | { readonly type: 'entries_restored'; readonly entries: number }
  /** The feed cannot be used with these options. Every request gets 503. */
  | { readonly type: 'feed_refused'; readonly error: Error }
  /**
   * Entries of the feed were ignored. At most once a minute per `why`. `foreign`: of another issuer or environment. `version`:
   * written by a newer version of this package. `future`: the moment is more than 15 minutes ahead.
   */
  | {
      readonly type: 'entries_ignored';
      readonly why: 'malformed' | 'foreign' | 'signature' | 'version' | 'future';
      readonly entries: number;
    }
  /** There were more than `maxEntries`: every token issued at or before `issuedBefore` (ISO 8601) is refused. */
  | { readonly type: 'entries_compacted'; readonly entries: number; readonly issuedBefore: string }
  /** The store has accepted a revocation. The id is safe to log. */
  | {
      readonly type: 'announced';
      readonly kind: RevocationKind;
      readonly id: string | null;
      readonly durationMs: number;
    }
  /** A revocation could not be written to the store. This process refuses the tokens, and goes on trying. */
  | {
      readonly type: 'announce_failed';
      readonly kind: RevocationKind;
      readonly id: string | null;
      readonly cause: Error;
    };

/** What is revoked. `member`: a user within one organization. */
export type RevocationKind = 'user' | 'member' | 'impersonator' | 'environment' | 'token';

export type RevocationEventListener = (event: RevocationEvent) => void;
