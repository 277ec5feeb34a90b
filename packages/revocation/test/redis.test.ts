import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { createClient, RESP_TYPES } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { expect, it, onTestFinished } from 'vitest';
import type { RedisClient } from '../src/redis/index.ts';
import { entry, nextProof, openCurrent, openFeed, patience, stream } from './redis-feeds.ts';
import { RecordingReader } from './redis-reader.ts';
import { startRedis, until } from './redis-server.ts';

const buffers = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

const clients: readonly (readonly [string, (url: string) => Promise<RedisClient>])[] = [
  ['ioredis 6', async (url) => closing(new Redis(url))],
  ['ioredis 6 with RESP3', async (url) => closing(new Redis(url, { replyMapping: 'resp3' }))],
  ['ioredis 5', async (url) => closing(new Redis5(url))],
  ['ioredis that connects late', async (url) => closing(new Redis(url, { lazyConnect: true }))],
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

it('carries entries between servers, whichever client they use', async (context) => {
  const server = await startRedis(context);
  const open = async () =>
    Promise.all(clients.map(async ([name, connect]) => ({ name, ...openFeed(await connect(server.url)) })));
  const feeds = await open();
  await until(() => feeds.every(({ reader }) => reader.proofs.length > 0));
  for (const { name, connection } of feeds) await connection.write([entry(name), entry(`${name} too`)], patience);
  const texts = clients.flatMap(([name]) => [`text ${name}`, `text ${name} too`]);
  const later = await open();
  for (const feed of [...feeds, ...later]) {
    await until(() => feed.reader.held.length >= texts.length && feed.reader.log.includes('ends'));
    expect(feed.reader.held, feed.name).toEqual(texts);
    expect(Math.abs((feed.reader.storeMs ?? 0) - Date.now()), feed.name).toBeLessThan(60_000);
  }
  await Promise.all([...feeds, ...later].map(nextProof));
  for (const { reader, name } of [...feeds, ...later]) expect(reader.problems, name).toEqual([]);
  for (const { reader, name } of later) expect(reader.log, name).toEqual(['begins', 'ends']);
});

it('reads a flood of entries in batches', async (context) => {
  const server = await startRedis(context);
  const feed = openFeed(closing(new Redis(server.url)), {}, new RecordingReader({ silenceMs: 300_000 }));
  await until(() => feed.reader.proofs.length > 0);
  await server.run('config', 'resetstat');
  const begun = feed.reader.now();
  for (let count = 0; count < 300; count++) await feed.connection.write([entry(String(count))], patience);
  await until(() => feed.reader.texts.length === 300);
  const ms = feed.reader.now().steadyMs - begun.steadyMs;
  const [, reads] = /cmdstat_xread:calls=(\d+)/.exec(String(await server.run('info', 'commandstats'))) ?? [];
  // Two commands each time, at most every 50 ms.
  expect(Number(reads)).toBeLessThan(ms / 25 + 10);
});

it('[43] reads on after entries whose ids do not fit into a number', async (context) => {
  const server = await startRedis(context);
  const feed = await openCurrent(server);
  // The last thousand ids of a millisecond. As numbers, they are all 2 ** 64.
  const add =
    "for i = 593, 1615 do redis.call('xadd', KEYS[1], string.format('%s-1844674407370955%04d', ARGV[1], i), 'a', i) end";
  await server.run('eval', add, 1, stream, Date.now());
  await nextProof(feed);
  await feed.connection.write([entry('ada')], patience);
  await until(() => feed.reader.held.includes('text ada'));
});

it.for<readonly [string, (url: string) => Promise<RedisClient>]>([
  ['ioredis', async (url) => closing(new Redis(url, { commandTimeout: 60, socketTimeout: 60 }))],
  ['node-redis', async (url) => destroying(await createClient({ url, socket: { socketTimeout: 60 } }).connect())],
])('is not cut off while it waits by the time limits of the app, with %s', async ([, connect], context) => {
  const server = await startRedis(context);
  const feed = openFeed(await connect(server.url), {}, new RecordingReader({ silenceMs: 150 }));
  await until(() => feed.reader.proofs.length >= 2);
  expect(feed.reader.problems).toEqual([]);
});

function closing<Client extends { disconnect(): void }>(client: Client): Client {
  onTestFinished(() => client.disconnect());
  return client;
}

function destroying<Client extends { destroy(): void }>(client: Client): Client {
  onTestFinished(() => client.destroy());
  return client;
}
