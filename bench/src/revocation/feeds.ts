import { connect } from '@nats-io/transport-node';
import type { RevocationFeed } from '@torii/revocation';
import { natsFeed } from '@torii/revocation/nats';
import { redisFeed } from '@torii/revocation/redis';
import { Redis } from 'ioredis';
import type { StoreName } from './servers.ts';

/** The connection of a process to a store. Its feeds share it, as in an app. */
export interface StoreClient extends AsyncDisposable {
  createFeed(): RevocationFeed;
  /** When feeds began to connect, in milliseconds of `monotonicMs`. Only of Redis: there each feed reads on a connection. */
  readonly attempts: readonly number[];
}

export async function connectStore(name: StoreName, port: number): Promise<StoreClient> {
  const attempts: number[] = [];
  if (name === 'nats') {
    const connection = await connect({ servers: `127.0.0.1:${port}`, maxReconnectAttempts: -1 });
    return {
      attempts,
      createFeed: () => natsFeed(connection),
      [Symbol.asyncDispose]: () => connection.close(),
    };
  }
  const redis = new Redis(port, '127.0.0.1');
  redis.on('error', () => {});
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (options) => {
    attempts.push(monotonicMs());
    return duplicate(options);
  };
  return {
    attempts,
    createFeed: () => redisFeed(redis),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** The same clock in all processes of the machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
