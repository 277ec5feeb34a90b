import { ToriiConfigError } from '@torii/core';
import { describeValue } from '@torii/core/adapter';
import { isIoredis, isIoredisCluster, openIoredis, openIoredisCluster, sendToIoredis } from './ioredis.ts';
import {
  isNodeRedis,
  isNodeRedisCluster,
  isNodeRedisSentinel,
  openNodeRedis,
  openNodeRedisGroup,
  sendToNodeRedis,
  sendToNodeRedisCluster,
  sendToNodeRedisSentinel,
  surviveErrors,
} from './node-redis.ts';

/** A client of ioredis (`new Redis(…)`, `new Cluster(…)`) or node-redis (`createClient`, `createCluster`, `createSentinel`). */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisClusterClient | NodeRedisSentinelClient;

/** The part of ioredis that the feed uses. */
export interface IoredisClient {
  readonly status: string;
  call(command: string, args: string[]): Promise<unknown>;
  duplicate(): object;
}

interface NodeRedis {
  connect(): Promise<unknown>;
  duplicate(): object;
}

/** The part of a client of node-redis that the feed uses. */
export interface NodeRedisClient extends NodeRedis {
  createPool(): object;
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** The part of a Cluster client of node-redis that the feed uses. */
export interface NodeRedisClusterClient extends NodeRedis {
  getSlotRandomNode(slot: number): object;
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** The part of a Sentinel client of node-redis that the feed uses. */
export interface NodeRedisSentinelClient extends NodeRedis {
  acquire(): Promise<object>;
  sendCommand(isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** Sends a command, its name in lower case. Commands that are sent without waiting reach the server in this order. */
export type Send = (args: readonly string[]) => Promise<unknown>;

/** A connection that the feed has opened. */
export interface Link {
  readonly send: Send;
  /** Resolves when the connection can be used. Called once. */
  connect(): Promise<void>;
  /** Never throws. */
  close(): void;
}

/** A client, whichever library it belongs to. */
export interface Server {
  /** Sends a command on the connection of the app. */
  readonly send: Send;
  /** Creates a second connection with the same options. */
  open(): Link;
}

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
