import type { RevocationEventListener } from './events.ts';
import type { RevocationFeed } from './feed.ts';

/** The options of `createRevocations`. */
export interface RevocationOptions {
  /** Your issuer URL from the dashboard, such as `https://acme.torii.so`. */
  readonly issuer: string | undefined;
  /** The id of the environment: the `pid` claim of its tokens. The dashboard shows it. */
  readonly environmentId: string | undefined;
  /** Carries the revocations between your servers. For one process: `memoryFeed()`. */
  readonly feed: RevocationFeed;
  /**
   * How long a token may live, in seconds. From 60 to 86400 (one day). A token that lives longer is refused, because its
   * revocation would be forgotten before it expires.
   * @default 3600 (one hour)
   */
  readonly maxTokenSeconds?: number;
  /**
   * For how many seconds after the last proof that the feed is alive tokens are still accepted. From 5 to 86400. After that,
   * `whenStale` decides.
   * @default 300 (five minutes)
   */
  readonly maxStaleSeconds?: number;
  /**
   * Whether tokens are accepted if the feed has been silent for `maxStaleSeconds`. `refuse`: every request with a token gets
   * 503. `accept`: tokens that were revoked in the meantime are accepted until they expire.
   * @default 'refuse'
   */
  readonly whenStale?: 'refuse' | 'accept';
  /**
   * Whether tokens are accepted before the first snapshot was read: all entries of the store, after the start of the process.
   * @default 'refuse'
   */
  readonly beforeFirstSnapshot?: 'refuse' | 'accept';
  /**
   * How long a request waits for the feed, in milliseconds, before the first snapshot and after a pause of the process. From 0
   * to 30000.
   * @default 2000
   */
  readonly waitMs?: number;
  /**
   * How many revocations this process keeps. From 100 to 10000000. When there are more, the older half is replaced by one: every
   * token of the environment that was issued at or before the latest moment of that half is refused.
   * @default 1000000
   */
  readonly maxEntries?: number;
  /**
   * Secrets that sign the entries, so that an attacker who can write to the store cannot sign everyone out. Each has at least
   * 32 characters. The first signs; all are accepted. To rotate, add the new one as the second everywhere, then make it the first
   * everywhere. Remove the old one `maxTokenSeconds` + 1500 seconds later. By default, entries are not signed.
   */
  readonly signingKeys?: readonly string[];
  /**
   * How long to wait for the store when a revocation is announced, in milliseconds. From 100 to 60000.
   * @default 5000
   */
  readonly announceTimeoutMs?: number;
  /** Called with every event, for logs and metrics. Events never contain a token. Errors of this function are ignored. */
  readonly onEvent?: RevocationEventListener | undefined;
}
