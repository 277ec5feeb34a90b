// The feed alone, on a real NATS server. Slow cases are in nats-outages.matrix.test.ts.
import { Kvm } from '@nats-io/kv';
import { instantNow } from '@torii/core/internal';
import { afterEach, expect } from 'vitest';
import { natsFeed } from '../src/nats/index.ts';
import { closeFeeds, entryOf, openFeed } from './feed-reader.ts';
import { bucketName, natsTest as test } from './nats-server.ts';

afterEach(closeFeeds);

test('a second server gets what was written before it started, and what is written later', async ({ startNats }) => {
  const server = await startNats();
  const first = openFeed(natsFeed(await server.connect()));
  await first.announce('ann', 10);
  const second = openFeed(natsFeed(await server.connect()), { silenceMs: 60_000 });
  await expect.poll(() => second.calls).toEqual(['begins', 'ann:10', 'ends']);
  await first.announce('bob', 20);
  await first.announce('ann', 30);
  await expect.poll(() => second.calls.slice(3)).toEqual(['bob:20', 'ann:30']);
});

test('reports a bucket that was empty at the start', async ({ startNats }) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect()));
  await feed.proof();
  expect(feed.calls).toEqual(['begins anew', 'ends']);
});

test('tells the time of the server at the start and with each check, also if the bucket is empty', async ({
  startNats,
}) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect()));
  await feed.proof();
  await expect.poll(() => feed.storeMs.length).toBeGreaterThan(1);
  for (const ms of feed.storeMs) expect(Math.abs(Number(ms) - Date.now())).toBeLessThan(60_000);
});

test('[42] a snapshot counts from when the bucket was asked for it', async ({ startNats }) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect()));
  const { steadyMs } = instantNow();
  await feed.proof();
  expect(Number(feed.snapshotsAskedAt[0]?.steadyMs)).toBeLessThanOrEqual(steadyMs);
});

test('creates a bucket that keeps entries longer than they are needed', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  await openFeed(natsFeed(connection), { retentionSeconds: 5_100 }).proof();
  const { ttl, history, replicas, streamInfo } = await (await new Kvm(connection).open(bucketName)).status();
  expect({ ttl, history, replicas }).toEqual({ ttl: 5_400_000, history: 1, replicas: 1 });
  expect(streamInfo.config).toMatchObject({ discard: 'new', storage: 'file' });
});

test('[43] environments that share a bucket do not replace or read entries of each other', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = natsFeed(connection, { bucket: 'revoked-1' });
  const [one, other] = [openFeed(feed), openFeed(feed, { channel: 'another_environment' })];
  await one.announce('ann', 10);
  await other.announce('ann', 20);
  await other.announce('ann', 5);
  const late = [openFeed(feed), openFeed(feed, { channel: 'another_environment' })];
  for (const each of [one, other, ...late]) await each.proof();
  expect([one, other, ...late].map(({ stored }) => stored.get('ann'))).toEqual([10, 20, 10, 20]);
  const keys = await (await new Kvm(connection).open('revoked-1')).keys();
  const names: string[] = [];
  for await (const key of keys) names.push(key);
  expect(names).toHaveLength(2);
});

test('[43] of many writers at once, the latest cut-off stays', async ({ startNats }) => {
  const server = await startNats();
  const feeds = await Promise.all([1, 2].map(async () => openFeed(natsFeed(await server.connect()))));
  const cutOffs = Array.from({ length: 40 }, (_, index) => (index * 7) % 40);
  await Promise.all(cutOffs.map((cutOff, index) => feeds[index % 2]?.announce('ann', cutOff)));
  await openFeed(natsFeed(await server.connect())).announce('ann', 5);
  const last = openFeed(natsFeed(await server.connect()));
  await last.proof();
  expect([...last.stored]).toEqual([['ann', 39]]);
});

test('writing the same entry again changes nothing', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = openFeed(natsFeed(connection));
  await Promise.all([1, 2, 3].map(() => feed.announce('ann', 10)));
  await feed.announce('ann', 10);
  const { streamInfo } = await (await new Kvm(connection).open(bucketName)).status();
  expect(streamInfo.state.last_seq).toBe(1);
});

test('writes thousands of entries, and reads them as one snapshot', async ({ startNats }) => {
  const server = await startNats();
  const first = openFeed(natsFeed(await server.connect()));
  const entries = Array.from({ length: 2_000 }, (_, index) => entryOf(`user_${index}`, index));
  await first.write(entries, { timeoutMs: 60_000 });
  const second = openFeed(natsFeed(await server.connect()));
  await second.proof();
  expect(second.calls.filter((call) => !call.startsWith('user_'))).toEqual(['begins', 'ends']);
  expect(second.stored.size).toBe(2_000);
});

test('[42] proves nothing while the server is frozen, and goes on when it is not', async ({ startNats }) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect(), { timeoutMs: 200 }), { silenceMs: 20 });
  await feed.proof();
  server.freeze();
  await expect.poll(() => feed.problems.at(-1)?.message).toContain('NATS has not answered in time');
  const proofs = feed.proofs();
  await expect(feed.write([entryOf('ann', 10)], { timeoutMs: 300 })).rejects.toThrow('NATS has not');
  expect(feed.proofs()).toBe(proofs);
  server.thaw();
  await feed.proof();
  await feed.announce('ann', 10);
  await expect.poll(() => feed.stored.get('ann')).toBe(10);
});

test('[38] reports a closed connection, and does not hang', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = openFeed(natsFeed(connection));
  await feed.proof();
  await connection.close();
  const problem = expect.stringContaining('maxReconnectAttempts: -1');
  await expect.poll(() => feed.problems.at(-1)?.message).toEqual(problem);
  await expect(feed.announce('ann', 10)).rejects.toThrow('maxReconnectAttempts: -1');
  const before = feed.problems.length;
  feed.ask();
  expect(feed.problems).toHaveLength(before + 1);
  await feed.close();
});

test('[38] a connection that is already closed is a problem, not an exception', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  await connection.close();
  const feed = openFeed(natsFeed(connection));
  await expect
    .poll(() => feed.problems.map(({ message }) => message))
    .toContainEqual(expect.stringContaining('closed'));
});

test('close ends reading, and leaves the connection open', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = openFeed(natsFeed(connection));
  await feed.proof();
  await feed.close();
  const before = [...feed.calls];
  const other = openFeed(natsFeed(connection));
  await other.announce('ann', 10);
  await other.proof();
  expect(feed.calls).toEqual(before);
  const manager = await new Kvm(connection).js.jetstreamManager();
  await expect.poll(async () => (await manager.streams.info(`KV_${bucketName}`)).state.consumer_count).toBe(1);
});
