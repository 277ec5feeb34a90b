/** Carries revocations between the servers of a fleet: `redisFeed`, `natsFeed`, `pollFeed` or `memoryFeed`, or your own. */
export interface RevocationFeed {
  /** The kind of feed, for events: `redis`, `nats`, `poll`, `memory`. */
  readonly name: string;
  /** Begins to read. Called once. Must not throw: problems go to `reader.failed`. */
  open(reader: FeedReader): FeedConnection;
}

/** An entry as text. A feed carries it unchanged, and does not read it. */
export interface FeedEntry {
  /** The same for entries about the same subject: the newer text may replace the older one. Lower-case hexadecimal. */
  readonly key: string;
  readonly text: string;
}

/** What a feed reports to. No method throws. */
export interface FeedReader {
  readonly issuer: string;
  readonly environmentId: string;
  /** A name for the stream, bucket or table: the same for the same issuer and environment. `[a-z0-9_]+`, 24 characters. */
  readonly channel: string;
  /** How long the store must keep an entry after it was written, in seconds. */
  readonly retentionSeconds: number;
  /** How often the store must prove that it is alive, in milliseconds. */
  readonly silenceMs: number;
  /**
   * Everything that the store holds is about to be passed to `received`: at the start, and after the store has lost data or
   * was replaced. `reset`: the store has lost data, or was empty when this process started.
   */
  snapshotBegins(options?: { readonly reset?: boolean }): void;
  /** Entries of the store, in any order. Repeated ones do no harm. `storeMs`: the present time by the store's clock. */
  received(texts: readonly string[], storeMs?: number): void;
  /**
   * Which of two texts about the same key the store must keep: `ours` if it revokes more tokens or `current` is not an entry that
   * this reader accepts, otherwise `current`.
   */
  later(current: string, ours: string): string;
  /** Everything has been passed on. The reader writes back the entries that it holds and the store lacks. */
  snapshotEnds(): void;
  /** The store has answered a question that was asked at `askedAt`, and everything that it held then has been passed on. */
  proven(askedAt: FeedInstant): void;
  /** A moment, for `proven`. */
  now(): FeedInstant;
  /**
   * The store cannot be reached, or refuses. The feed goes on trying. `askedAt`: when the question was asked that has failed.
   * Requests no longer wait for its answer, so leave it out if the next attempt follows within a second.
   */
  failed(problem: unknown, askedAt?: FeedInstant): void;
  /**
   * The store cannot be used with these options, such as a retention that is too short. Nothing is let through until the
   * options are changed. The feed stops.
   */
  refused(error: Error): void;
}

export interface FeedInstant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export interface FeedConnection {
  /** Writes entries. Resolves when the store has accepted all of them; writing an entry twice does no harm. */
  write(entries: readonly FeedEntry[], options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * Asks the store now, for example after a pause of the process. Leads to `proven` or `failed`. Never throws. May return a
   * promise that resolves after that: on Cloudflare Workers, requests can wait for a promise of another request, but a request
   * that is woken in another way by another request fails.
   */
  ask(): unknown;
  /**
   * How old the last proof may become, in milliseconds, until a request makes this process call `ask`. For feeds whose timers
   * may not fire between requests, as in edge runtimes.
   */
  readonly askAfterMs?: number | undefined;
  /** Whether `write` always fails, because this process may only read. */
  readonly isReadOnly?: boolean | undefined;
  /** Ends reading. A client that the app passed in is not closed. */
  close(): Promise<void>;
}
