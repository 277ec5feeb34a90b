import type { Link, NodeRedisClient, Send } from './client.ts';

interface OwnClient extends NodeRedisClient {
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface Duplicable extends NodeRedisClient {
  readonly options?: { readonly socket?: object };
  duplicate(options?: object): OwnClient;
}

interface Emitter {
  listenerCount(event: 'error'): number;
  on(event: 'error', listener: () => void): unknown;
}

export function isNodeRedis(value: unknown): value is NodeRedisClient {
  // A pool, and clients of Cluster and Sentinel, lack `createPool`.
  return canDo(value, 'sendCommand', 'duplicate', 'connect', 'createPool');
}

export function isNodeRedisCluster(value: unknown): boolean {
  return canDo(value, 'sendCommand', 'duplicate', 'connect', 'getSlotRandomNode');
}

function canDo(value: unknown, ...names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

export function sendToNodeRedis(client: NodeRedisClient): Send {
  return async (args) => client.sendCommand(args);
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
  // Without a listener, an error event would end the process. The commands reject with the same error.
  own.on('error', () => {});
  return {
    async connect() {
      await own.connect();
    },
    send: sendToNodeRedis(own),
    close() {
      try {
        own.destroy();
      } catch {
        // It is already closed.
      }
    },
  };
}

/** Without a listener, node-redis ends the process when the server goes away. */
export function surviveErrors(client: NodeRedisClient): void {
  const emitter = client as NodeRedisClient & Emitter;
  if (emitter.listenerCount('error') === 0) emitter.on('error', () => {});
}
