import type { NatsConnection } from '@nats-io/transport-node';
import {
  assertOption,
  describeValue,
  omitUndefined,
  readKnownOptions,
  readText,
  readWhole,
} from '@torii/core/internal';
import type { RevocationFeed } from '../feed.ts';
import { createBucket } from './bucket.ts';
import { follow } from './follow.ts';
import { createRequests } from './requests.ts';

export type { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from '../feed.ts';

/** The options of `natsFeed`. */
export interface NatsFeedOptions {
  /**
   * The name of the JetStream key-value bucket, which is created if it does not exist. Several environments may share one. By
   * default a name that is made from the issuer and the environment: `TORII_REVOCATIONS_…`.
   */
  readonly bucket?: string | undefined;
  /**
   * How many servers of the cluster keep the bucket, from 1 to 5. Only used when the bucket is created. Write 3 for a cluster:
   * otherwise the bucket is gone with the one server that keeps it.
   * @default 1
   */
  readonly replicas?: number | undefined;
  /**
   * How long to wait for an answer of NATS, in milliseconds, from 100 to 5000.
   * @default 5000
   */
  readonly timeoutMs?: number | undefined;
}

/**
 * Carries revocations through a JetStream key-value bucket. The connection stays yours: close it after the revocations.
 *
 * @example
 * const connection = await connect({ servers: process.env.NATS_URL, maxReconnectAttempts: -1 });
 * const revocations = createRevocations({ issuer, environmentId, feed: natsFeed(connection) });
 * @throws ToriiConfigError if an option is wrong
 */
export function natsFeed(connection: NatsConnection, options: NatsFeedOptions = {}): RevocationFeed {
  assertOption(
    'connection',
    isConnection(connection),
    `must be a connection of @nats-io/transport-node. Found: ${describeValue(connection)}. Write natsFeed(await connect({ servers }))`,
  );
  const names = ['bucket', 'replicas', 'timeoutMs'] as const;
  const own = omitUndefined(readKnownOptions(options, names, 'natsFeed(connection, { replicas: 3 })'), names);
  const name = readText(own, 'bucket', "bucket: 'TORII_REVOCATIONS'");
  assertOption(
    'bucket',
    name === undefined || /^[\w-]{1,200}$/.test(name),
    'must consist of letters, digits, `_` and `-`, at most 200',
  );
  const replicas = readWhole(own, 'replicas', { from: 1, to: 5, absent: 1 });
  const timeoutMs = readWhole(own, 'timeoutMs', { from: 100, to: 5_000, absent: 5_000 });
  return {
    name: 'nats',
    open(reader) {
      const requests = createRequests(timeoutMs);
      const bucket = createBucket(connection, requests, {
        name: name ?? `TORII_REVOCATIONS_${reader.channel.toUpperCase()}`,
        channel: reader.channel,
        retentionSeconds: reader.retentionSeconds,
        replicas,
      });
      return follow(connection, bucket, requests, reader, timeoutMs);
    },
  };
}

// Not `instanceof`: the connection may come from another copy of the client, or from its WebSocket transport.
function isConnection(value: unknown): value is NatsConnection {
  const methods = ['request', 'subscribe', 'publish', 'status', 'closed', 'isClosed'];
  return methods.every((name) => typeof Reflect.get(Object(value), name) === 'function');
}
