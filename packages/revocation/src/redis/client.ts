import { ToriiConfigError } from '@torii/core';
import { describeValue } from '@torii/core/internal';
import {
  type IoredisClient,
  isIoredis,
  isIoredisCluster,
  openIoredis,
  openIoredisCluster,
  sendToIoredis,
} from './ioredis.ts';
import type { Link, Send, Server } from './link.ts';
import {
  isNodeRedis,
  isNodeRedisCluster,
  isNodeRedisSentinel,
  type NodeRedisClient,
  type NodeRedisClusterClient,
  type NodeRedisSentinelClient,
  openNodeRedis,
  openNodeRedisGroup,
  sendToNodeRedis,
  sendToNodeRedisCluster,
  sendToNodeRedisSentinel,
  surviveErrors,
} from './node-redis.ts';

/** A client of ioredis (`new Redis(…)`, `new Cluster(…)`) or node-redis (`createClient`, `createCluster`, `createSentinel`). */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient;

export interface ClientReading {
  readonly isCluster: boolean;
  /** `key`: the key whose server is meant, in a Cluster. */
  serverOf(key: string): Server;
}

const example =
  'redisFeed(new Redis(url)) with ioredis, or redisFeed(await createClient({ url }).connect()) with node-redis';

/** @throws ToriiConfigError if the value is not a client that the feed can use */
export function readClient(client: unknown): ClientReading {
  if (isIoredis(client) && client.status === 'end') throw refuse('is closed. Pass a client that is in use');
  if (isIoredisCluster(client)) {
    const open = (key: string): Link => routed(openIoredisCluster(client), key);
    return cluster((key) => ({ send: sendToMaster(sendToIoredis(client), key), open: () => open(key) }));
  }
  if (isIoredis(client)) return single({ send: sendToIoredis(client), open: () => openIoredis(client) });
  if (isNodeRedisCluster(client)) {
    surviveErrors(client);
    const sendTo = (key: string) => sendToNodeRedisCluster(client, key);
    return cluster((key) => ({
      send: sendToMaster(sendTo(key), key),
      open: () =>
        routed(
          openNodeRedisGroup(client, (own) => sendToNodeRedisCluster(own, key)),
          key,
        ),
    }));
  }
  if (isNodeRedis(client)) {
    surviveErrors(client);
    return single({ send: sendToNodeRedis(client), open: () => openNodeRedis(client) });
  }
  if (isNodeRedisSentinel(client)) {
    surviveErrors(client);
    return single({
      send: sendToNodeRedisSentinel(client),
      open: () => openNodeRedisGroup(client, sendToNodeRedisSentinel),
    });
  }
  throw refuse(`must be a client of ioredis or node-redis. Found: ${describeValue(client)}. Write ${example}`);
}

function single(server: Server): ClientReading {
  return { isCluster: false, serverOf: () => server };
}

function cluster(serverOf: (key: string) => Server): ClientReading {
  return { isCluster: true, serverOf };
}

function routed(link: Link, key: string): Link {
  return { ...link, send: sendToMaster(link.send, key) };
}

// Clients of a Cluster send TIME and INFO to any server, and reads to replicas if an option says so. A script goes to the
// master of its key. It cannot block.
function sendToMaster(send: Send, key: string): Send {
  return (args) => send(args.includes('BLOCK') ? args : ['eval', 'return redis.call(unpack(ARGV))', '1', key, ...args]);
}

function refuse(problem: string): ToriiConfigError {
  return new ToriiConfigError('client', `\`client\` ${problem}.`);
}
