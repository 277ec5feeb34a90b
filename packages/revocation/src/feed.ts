/** Carries revocations between the servers of a fleet: `redisFeed`, `natsFeed`, `pollFeed` or `memoryFeed`, or your own. */
export interface RevocationFeed {
  /** The kind of feed, for events: `redis`, `nats`, `poll`, `memory`. */
  readonly name: string;
  /** Begins to read. Called once per `createRevocations`. Must not throw: problems go to `reader.failed`. */
  open(reader: FeedReader): FeedConnection;
}

/** An entry as text. A feed carries it unchanged, and does not read it. */
export interface FeedEntry {
  /** The same for entries about the same subject, such as one user. Lower-case hexadecimal. */
  readonly key: string;
  readonly text: string;
}

/** Receives what a feed reads. No method throws. */
export interface FeedReader {
  readonly issuer: string;
  readonly environmentId: string;
  /** A name for the stream, bucket or table: the same for the same issuer and environment. `[a-z0-9_]+`, 24 characters. */
  readonly channel: string;
  /** How long the store must keep an entry after it was written, in seconds. */
  readonly retentionSeconds: number;
  /** How often the feed should call `proven`, in milliseconds. */
  readonly silenceMs: number;
  /**
   * Call it before everything that the store holds is passed to `received`: at the start, and after the store has lost data or
   * was replaced. `reset`: the store has lost data, or was empty when this process started. `askedAt`: when the store was asked,
   * if that was before this call. The answer may have waited, for example during a pause of the process.
   */
  snapshotBegins(options?: { readonly reset?: boolean; readonly askedAt?: FeedInstant }): void;
  /**
   * Takes entries of the store, in any order. The same entry may come twice. `storeMs`: the present time by the store's clock.
   * `askedAt`: when the store was asked for its time, if that was before this call. An answer that took longer than five seconds
   * does not tell the present time.
   */
  received(texts: readonly string[], storeMs?: number, askedAt?: FeedInstant): void;
  /**
   * Returns which of two texts with the same key the store must keep: `ours` if it revokes more tokens, or if `current` is not an
   * entry about the same subject that this reader accepts. Otherwise `current`.
   */
  later(current: string, ours: string): string;
  /** Call it when the snapshot was passed on. The reader then writes back the entries that the store lacks. */
  snapshotEnds(): void;
  /** The store has answered a request that was sent at `askedAt`, and everything that it held then has been passed on. */
  proven(askedAt: FeedInstant): void;
  /** The present moment, for `proven`. */
  now(): FeedInstant;
  /**
   * The store cannot be reached, or refuses a command. The feed goes on trying. With `askedAt`, the time at which the failed
   * command was sent, requests no longer wait for the store. Leave it out if the next attempt follows within a second.
   */
  failed(problem: unknown, askedAt?: FeedInstant): void;
  /**
   * The store cannot be used with these options, for example because it does not keep entries for long enough. From now on,
   * every request gets 503. The feed stops.
   */
  refused(error: Error): void;
}

export interface FeedInstant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export interface FeedConnection {
  /** Writes entries. Resolves when the store has accepted all of them. Writing an entry twice must have no effect. */
  write(entries: readonly FeedEntry[], options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * Asks the store now, for example after a pause of the process. Leads to `proven` or `failed`. Never throws. May return a
   * promise that resolves after that: on Cloudflare Workers, requests can wait for a promise of another request, but a request
   * that is woken in another way by another request fails.
   */
  ask(): unknown;
  /**
   * If the last proof is older than this, in milliseconds, the next request makes this process call `ask`. For feeds that work
   * on edge runtimes, where timers do not fire between requests.
   */
  readonly askAfterMs?: number | undefined;
  /** Whether `write` always fails, because this process may only read. */
  readonly isReadOnly?: boolean | undefined;
  /** Ends reading. A client that the app passed in is not closed. */
  close(): Promise<void>;
}
