// The public API of @torii/revocation, written by `npm run api`.

declare module '@torii/revocation' {
  import type { Auth, RevocationAnnouncer, RevocationMoment, RevocationSource } from '@torii/core';

  export {
    Actor,
    Auth,
    Claims,
    FailedAnnouncement,
    Organization,
    RevocableToken,
    RevocationAnnouncer,
    RevocationMoment,
    RevocationSource,
    RevocationVerdict,
    ToriiConfigError,
    ToriiError,
    ToriiRevocationError,
  } from '@torii/core';

  export type EndReason = 'token_expired' | 'token_revoked' | 'revocations_unavailable';
  export interface FeedConnection {
    write(
      entries: readonly FeedEntry[],
      options: {
        readonly timeoutMs: number;
      },
    ): Promise<void>;
    ask(): unknown;
    readonly askAfterMs?: number | undefined;
    readonly isReadOnly?: boolean | undefined;
    close(): Promise<void>;
  }
  export interface FeedEntry {
    readonly key: string;
    readonly text: string;
  }
  export interface FeedInstant {
    readonly wallMs: number;
    readonly steadyMs: number;
  }
  export interface FeedReader {
    readonly issuer: string;
    readonly environmentId: string;
    readonly channel: string;
    readonly retentionSeconds: number;
    readonly silenceMs: number;
    snapshotBegins(options?: { readonly reset?: boolean; readonly askedAt?: FeedInstant }): void;
    received(texts: readonly string[], storeMs?: number, askedAt?: FeedInstant): void;
    later(current: string, ours: string): string;
    snapshotEnds(): void;
    proven(askedAt: FeedInstant): void;
    now(): FeedInstant;
    failed(problem: unknown, askedAt?: FeedInstant): void;
    refused(error: Error): void;
  }
  export interface PollFeed extends RevocationFeed {
    poll(): void;
  }
  export interface PollFeedOptions {
    read(query: PollQuery): Promise<PollResult>;
    write?(entries: readonly FeedEntry[], options: PollWriteOptions): Promise<unknown>;
    readonly everyMs?: number;
    readonly timeoutMs?: number;
  }
  export interface PollQuery {
    readonly signal: AbortSignal;
    readonly since?: Date;
  }
  export type PollResult = readonly string[] | PollSnapshot;
  export interface PollSnapshot {
    readonly texts: readonly string[];
    readonly storeTime?: Date | string;
  }
  export interface PollWriteOptions {
    readonly signal: AbortSignal;
    readonly retentionSeconds: number;
  }
  export type RevocationEvent =
    | {
        readonly type: 'feed_current';
        readonly entries: number;
        readonly durationMs: number;
      }
    | {
        readonly type: 'feed_failed';
        readonly problem: string;
        readonly cause: Error;
      }
    | {
        readonly type: 'feed_stale';
        readonly policy: 'refuse' | 'accept';
        readonly silentSeconds: number;
      }
    | {
        readonly type: 'feed_recovered';
        readonly silentSeconds: number;
      }
    | {
        readonly type: 'feed_reset';
      }
    | {
        readonly type: 'entries_restored';
        readonly entries: number;
      }
    | {
        readonly type: 'feed_refused';
        readonly error: Error;
      }
    | {
        readonly type: 'entries_ignored';
        readonly why: 'malformed' | 'foreign' | 'signature' | 'version' | 'future';
        readonly entries: number;
      }
    | {
        readonly type: 'entries_compacted';
        readonly entries: number;
        readonly issuedBefore: string;
      }
    | {
        readonly type: 'announced';
        readonly kind: RevocationKind;
        readonly id: string | null;
        readonly durationMs: number;
      }
    | {
        readonly type: 'announce_failed';
        readonly kind: RevocationKind;
        readonly id: string | null;
        readonly cause: Error;
      };
  export type RevocationEventListener = (event: RevocationEvent) => void;
  export interface RevocationFeed {
    readonly name: string;
    open(reader: FeedReader): FeedConnection;
  }
  export interface RevocationHealth {
    readonly status: 'starting' | 'current' | 'stale' | 'refused' | 'closed';
    readonly silentSeconds: number | null;
    readonly entries: number;
    readonly pending: number;
  }
  export type RevocationKind = 'user' | 'member' | 'impersonator' | 'environment' | 'token';
  export interface RevocationOptions {
    readonly issuer: string | undefined;
    readonly environmentId: string | undefined;
    readonly feed: RevocationFeed;
    readonly maxTokenSeconds?: number;
    readonly maxStaleSeconds?: number;
    readonly whenStale?: 'refuse' | 'accept';
    readonly beforeFirstSnapshot?: 'refuse' | 'accept';
    readonly waitMs?: number;
    readonly maxEntries?: number;
    readonly signingKeys?: readonly string[];
    readonly announceTimeoutMs?: number;
    readonly onEvent?: RevocationEventListener | undefined;
  }
  export interface RevocationRecord {
    readonly kind: RevocationKind;
    readonly id: string | null;
    readonly organizationId?: string;
    readonly issuedBefore: string;
  }
  export interface Revocations extends RevocationSource, RevocationAnnouncer {
    revokeUser(
      userId: string,
      options?: RevocationMoment & {
        readonly organizationId?: string;
      },
    ): Promise<void>;
    revokeImpersonator(userId: string, options?: RevocationMoment): Promise<void>;
    revokeEnvironment(options?: RevocationMoment): Promise<void>;
    revokeToken(token: string | Auth): Promise<void>;
    untilRevoked(
      auth: Auth,
      options?: {
        readonly signal?: AbortSignal;
      },
    ): Promise<EndReason>;
    ready(options?: { readonly signal?: AbortSignal }): Promise<void>;
    health(): RevocationHealth;
    list(): Iterable<RevocationRecord>;
    close(): Promise<void>;
  }
  export function createRevocations(options: RevocationOptions): Revocations;
  export function memoryFeed(): RevocationFeed;
  export function pollFeed(options: PollFeedOptions): PollFeed;
  export function sharedRevocations(create: () => Revocations, name?: string): Revocations;
}

declare module '@torii/revocation/redis' {
  import type { RevocationFeed } from '@torii/revocation';

  export { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from '@torii/revocation';

  export interface IoredisClient {
    readonly status: string;
    call(command: string, args: string[]): Promise<unknown>;
    duplicate(): object;
  }
  interface NodeRedis {
    connect(): Promise<unknown>;
    duplicate(): object;
  }
  export interface NodeRedisClient extends NodeRedis {
    createPool(): object;
    sendCommand(args: readonly string[]): Promise<unknown>;
  }
  export interface NodeRedisClusterClient extends NodeRedis {
    getSlotRandomNode(slot: number): object;
    sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>;
  }
  export interface NodeRedisSentinelClient extends NodeRedis {
    acquire(): Promise<object>;
    sendCommand(isReadonly: boolean, args: string[]): Promise<unknown>;
  }
  export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient;
  export interface RedisFeedOptions {
    readonly retentionSeconds?: number | undefined;
    readonly waitForReplicas?: ReplicaWait | undefined;
  }
  export interface ReplicaWait {
    readonly replicas: number;
    readonly timeoutMs: number;
  }
  export function redisFeed(client: RedisClient, options?: RedisFeedOptions): RevocationFeed;
}

declare module '@torii/revocation/nats' {
  import type { NatsConnection } from '@nats-io/transport-node';
  import type { RevocationFeed } from '@torii/revocation';

  export { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from '@torii/revocation';

  export interface NatsFeedOptions {
    readonly bucket?: string | undefined;
    readonly replicas?: number | undefined;
    readonly timeoutMs?: number | undefined;
  }
  export function natsFeed(connection: NatsConnection, options?: NatsFeedOptions): RevocationFeed;
}
