import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FeedConnection } from '../src/feed.ts';
import { type RedisClient, type RedisFeedOptions, redisFeed } from '../src/redis/index.ts';
import { RecordingReader } from './redis-reader.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';

const clients: Readonly<Record<string, (url: string) => Promise<RedisClient>>> = {
  'ioredis 6': async (url) => closing(new Redis(url)),
  'ioredis 6 with RESP3': async (url) => closing(new Redis(url, { replyMapping: 'resp3' })),
  'ioredis 5': async (url) => closing(new Redis5(url)),
  'node-redis 6': async (url) => destroying(await createClient({ url }).connect()),
  'node-redis 6 with RESP2': async (url) => destroying(await createClient({ url, RESP: 2 }).connect()),
  'node-redis 5': async (url) => destroying(await createClient5({ url }).connect()),
};

describe.each(Object.keys(clients))('%s', (name) => {
  it('carries entries from one server to another', async (context) => {
    const server = await startRedis(context);
    const [a, b] = [await open(server, name), await open(server, name)];
    await a.connection.write([entry('1'), entry('2')], { timeoutMs: 5_000 });
    await until(() => a.reader.texts.length === 2 && b.reader.texts.length === 2);
    expect(b.reader.texts).toEqual(['text 1', 'text 2']);
    const c = await open(server, name);
    expect(c.reader.held).toEqual(['text 1', 'text 2']);
    expect(c.reader.log).toEqual(['begins', 'ends']);
    expect(c.reader.problems).toEqual([]);
    expect(Math.abs((c.reader.storeMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

interface Opened {
  readonly reader: RecordingReader;
  readonly connection: FeedConnection;
}

async function open(server: RedisServer, name: string, options: RedisFeedOptions = {}): Promise<Opened> {
  const client = await clients[name]!(server.url);
  const reader = new RecordingReader();
  const connection = redisFeed(client, options).open(reader);
  onTestFinished(() => connection.close());
  await until(() => reader.proofs.length > 0 || reader.refusal !== undefined);
  return { reader, connection };
}

function entry(name: string) {
  return { key: `key ${name}`, text: `text ${name}` };
}

function closing<Client extends { disconnect(): void }>(client: Client): Client {
  onTestFinished(() => client.disconnect());
  return client;
}

function destroying<Client extends { destroy(): void }>(client: Client): Client {
  onTestFinished(() => client.destroy());
  return client;
}
