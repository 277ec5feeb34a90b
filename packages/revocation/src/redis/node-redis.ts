import type { Link, Send } from './link.ts';

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

interface OwnClient {
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface Duplicable extends NodeRedisClient {
  readonly options?: { readonly socket?: object };
  duplicate(options?: object): NodeRedisClient & OwnClient;
}

interface Emitter {
  listenerCount(event: 'error'): number;
  on(event: 'error', listener: () => void): unknown;
}

export function isNodeRedis(value: unknown): value is NodeRedisClient {
  // A pool, and clients of Cluster and Sentinel, lack `createPool`.
  return canDo(value, 'sendCommand', 'duplicate', 'connect', 'createPool');
}

export function isNodeRedisCluster(value: unknown): value is NodeRedisClusterClient {
  return canDo(value, 'sendCommand', 'duplicate', 'connect', 'getSlotRandomNode');
}

/** In version 5, a client of Sentinel has no `duplicate`. */
export function isNodeRedisSentinel(value: unknown): value is NodeRedisSentinelClient {
  return canDo(value, 'sendCommand', 'duplicate', 'connect', 'acquire');
}

function canDo(value: unknown, ...names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

export function sendToNodeRedis(client: NodeRedisClient): Send {
  return async (args) => client.sendCommand(args);
}

export function sendToNodeRedisCluster(client: NodeRedisClusterClient, key: string): Send {
  return async (args) => client.sendCommand(key, false, [...args]);
}

export function sendToNodeRedisSentinel(client: NodeRedisSentinelClient): Send {
  return async (args) => client.sendCommand(false, [...args]);
}

export function openNodeRedis(client: NodeRedisClient): Link {
  const { options } = client as Duplicable;
  // The feed connects again by itself, with a new client: after a pause of the process, the old socket may be dead, which
  // node-redis notices late. `undefined` switches off time limits that would end a blocking command.
  const own = (client as Duplicable).duplicate({
    socket: { ...options?.socket, reconnectStrategy: false, socketTimeout: undefined },
    pingInterval: undefined,
    commandOptions: undefined,
    clientSideCache: undefined,
    emitInvalidate: undefined,
  });
  return linkTo(own, sendToNodeRedis(own));
}

/** Used for a Cluster or Sentinel client, whose options cannot be read. */
export function openNodeRedisGroup<Client extends NodeRedisClusterClient | NodeRedisSentinelClient>(
  client: Client,
  sendTo: (own: Client) => Send,
): Link {
  const own = client.duplicate() as Client & OwnClient;
  return linkTo(own, sendTo(own));
}

function linkTo(own: OwnClient, send: Send): Link {
  // Without a listener, an error event would end the process. The commands reject with the same error.
  own.on('error', () => {});
  return {
    async connect() {
      await own.connect();
    },
    send,
    close() {
      try {
        // A client of Sentinel returns a promise.
        Promise.resolve(own.destroy()).catch(() => {});
      } catch {
        // The client is closed already.
      }
    },
  };
}

/** Without a listener, node-redis ends the process when the server goes away. */
export function surviveErrors(client: object): void {
  const emitter = client as Emitter;
  if (emitter.listenerCount('error') === 0) emitter.on('error', () => {});
}
