import { assertOption, omitUndefined, readKnownOptions, readWhole } from '@torii/core/internal';
import type { RevocationFeed } from '../feed.ts';
import { type RedisClient, readClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { keysOf } from './view.ts';
import { type ReplicaWait, readReplicaWait } from './writer.ts';

export type { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from '../feed.ts';
export type { RedisClient } from './client.ts';
export type { IoredisClient } from './ioredis.ts';
export type { NodeRedisClient, NodeRedisClusterClient, NodeRedisSentinelClient } from './node-redis.ts';
export type { ReplicaWait } from './writer.ts';

export interface RedisFeedOptions {
  /**
   * How long Redis keeps entries, in seconds: at least `maxTokenSeconds` + 1500. Needed before `maxTokenSeconds` is raised. A
   * value lower than that of the store has no effect. By default, the first server that uses the store decides.
   */
  readonly retentionSeconds?: number | undefined;
  /**
   * An announcement fails unless this many replicas confirm the entry within the time limit, so that a failover cannot lose it.
   * Uses one more connection. By default, the answer of the master is enough.
   */
  readonly waitForReplicas?: ReplicaWait | undefined;
}

/**
 * Carries revocations over a stream of Redis 6.2 or later, or Valkey. Writes on the given client, and opens a second connection
 * for reading.
 *
 * @param client A client of ioredis or node-redis. The feed does not close it.
 * @example
 * const revocations = createRevocations({ issuer, environmentId, feed: redisFeed(new Redis(process.env.REDIS_URL)) });
 * @throws ToriiConfigError if the client cannot be used, or an option is wrong
 */
export function redisFeed(client: RedisClient, options: RedisFeedOptions = {}): RevocationFeed {
  const names = ['retentionSeconds', 'waitForReplicas'] as const;
  const given = readKnownOptions(options, names, 'redisFeed(client, { retentionSeconds: 9000 })');
  const own = omitUndefined(given, names);
  const { isCluster, serverOf } = readClient(client);
  const settings = {
    retentionSeconds:
      'retentionSeconds' in own
        ? readWhole(own, 'retentionSeconds', { from: 1_560, to: 31_536_000, absent: 5_100 })
        : undefined,
    wait: 'waitForReplicas' in own ? readReplicaWait(own.waitForReplicas) : undefined,
  };
  // WAIT names no key, so it would go to any server.
  assertOption('waitForReplicas', !isCluster || settings.wait === undefined, 'cannot be used with Redis Cluster');
  return {
    name: 'redis',
    open(reader) {
      const keys = keysOf(reader.channel);
      return new RedisConnection(serverOf(keys.stream), keys, reader, settings);
    },
  };
}
