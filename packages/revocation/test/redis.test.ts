import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient, RESP_TYPES } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RedisClient } from '../src/redis/index.ts';
import { entry, nextProof, openFeed, patience } from './redis-feeds.ts';
import { startRedis, until } from './redis-server.ts';

const buffers = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

const clients: readonly (readonly [string, (url: string) => Promise<RedisClient>])[] = [
  ['ioredis 6', async (url) => closing(new Redis(url))],
  ['ioredis 6 with RESP3', async (url) => closing(new Redis(url, { replyMapping: 'resp3' }))],
  ['ioredis 5', async (url) => closing(new Redis5(url))],
  ['ioredis that connects late', async (url) => closing(new Redis(url, { lazyConnect: true }))],
  ['ioredis with time limits', async (url) => closing(new Redis(url, { commandTimeout: 20, socketTimeout: 20 }))],
  ['ioredis with pipelines', async (url) => closing(new Redis(url, { enableAutoPipelining: true }))],
  ['node-redis 6', async (url) => destroying(await createClient({ url }).connect())],
  ['node-redis 6 with RESP2', async (url) => destroying(await createClient({ url, RESP: 2 }).connect())],
  [
    'node-redis 6 with Buffers',
    async (url) => destroying(await createClient({ url, commandOptions: buffers }).connect()),
  ],
  ['node-redis with pings', async (url) => destroying(await createClient({ url, pingInterval: 5 }).connect())],
  ['node-redis 5', async (url) => destroying(await createClient5({ url }).connect())],
];

describe('redisFeed', () => {
  it.for(clients)('carries entries between servers with %s', async ([, connect], context) => {
    const server = await startRedis(context);
    const [a, b] = [openFeed(await connect(server.url)), openFeed(await connect(server.url))];
    await until(() => a.reader.proofs.length > 0 && b.reader.proofs.length > 0);
    await a.connection.write([entry('1'), entry('2')], patience);
    await until(() => a.reader.texts.length === 2 && b.reader.texts.length === 2);
    const c = openFeed(await connect(server.url));
    await until(() => c.reader.proofs.length > 0);
    expect(c.reader.held).toEqual(['text 1', 'text 2']);
    expect(c.reader.log).toEqual(['begins', 'ends']);
    await nextProof(c);
    expect([a, b, c].flatMap(({ reader }) => reader.problems)).toEqual([]);
  });
});

function closing<Client extends { disconnect(): void }>(client: Client): Client {
  onTestFinished(() => client.disconnect());
  return client;
}

function destroying<Client extends { destroy(): void }>(client: Client): Client {
  onTestFinished(() => client.destroy());
  return client;
}
