import { ToriiConfigError } from '@torii/core';
import { describeValue } from '@torii/core/adapter';
import { isIoredis, isIoredisCluster, openIoredis, sendToIoredis } from './ioredis.ts';
import { isNodeRedis, isNodeRedisCluster, openNodeRedis, sendToNodeRedis, surviveErrors } from './node-redis.ts';

/** A connected client of ioredis (`new Redis(…)`) or node-redis (`createClient(…)`). */
export type RedisClient = IoredisClient | NodeRedisClient;

/** The part of ioredis that the feed uses. */
export interface IoredisClient {
  readonly status: string;
  call(command: string, args: string[]): Promise<unknown>;
  duplicate(): object;
}

/** The part of node-redis that the feed uses. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  sendCommand(args: readonly string[]): Promise<unknown>;
  duplicate(): object;
}

/** Sends a command, its name in lower case. Commands that are sent without waiting reach the server in this order. */
export type Send = (args: readonly string[]) => Promise<unknown>;

/** A connection that the feed has opened. When it is lost, its commands reject, and it does not connect again. */
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

const example =
  'redisFeed(new Redis(url)) with ioredis, or redisFeed(await createClient({ url }).connect()) with node-redis';

/** @throws ToriiConfigError if the value is not a client that the feed can use */
export function readClient(client: unknown): Server {
  if (isIoredisCluster(client) || isNodeRedisCluster(client)) {
    throw refuse('is a client of Redis Cluster. Pass a client of a single server, or of Sentinel');
  }
  if (isIoredis(client)) {
    if (client.status === 'end') throw refuse('is closed. Pass a client that is in use');
    return { send: sendToIoredis(client), open: () => openIoredis(client) };
  }
  if (isNodeRedis(client)) {
    surviveErrors(client);
    return { send: sendToNodeRedis(client), open: () => openNodeRedis(client) };
  }
  throw refuse(`must be a client of ioredis or node-redis. Found: ${describeValue(client)}. Write ${example}`);
}

function refuse(problem: string): ToriiConfigError {
  return new ToriiConfigError('client', `\`client\` ${problem}.`);
}
