// What the bucket loses is noticed, and written back by a server that remembers it. More in nats-outages.matrix.test.ts.
import { type KV, Kvm } from '@nats-io/kv';
import { afterEach, expect } from 'vitest';
import { natsFeed } from '../src/nats/index.ts';
import { channel, closeFeeds, entryOf, type OpenFeed, openFeed } from './feed-reader.ts';
import { bucketName, type NatsServer, natsTest as test } from './nats-server.ts';

afterEach(closeFeeds);

const key = `${channel}.${entryOf('ann', 0).key}`;

async function begin(server: NatsServer): Promise<OpenFeed> {
  const feed = openFeed(natsFeed(await server.connect()), { isKeeping: true });
  await feed.announce('ann', 10);
  await feed.announce('bob', 20);
  await feed.proof();
  expect(feed.stored.size).toBe(2);
  return feed;
}

/** Both entries are in the bucket again, so that a server that starts now gets them. */
async function expectRestored(server: NatsServer): Promise<void> {
  await expect
    .poll(async () => {
      const late = openFeed(natsFeed(await server.connect()));
      await late.proof();
      await late.close();
      return [...late.stored].sort();
    })
    .toEqual([
      ['ann', 10],
      ['bob', 20],
    ]);
}

const losses: Record<string, (bucket: KV, server: NatsServer) => Promise<unknown>> = {
  'a bucket of which one entry was removed': async (bucket, server) => {
    const manager = await new Kvm(await server.connect()).js.jetstreamManager();
    await manager.streams.deleteMessage(`KV_${bucketName}`, Number((await bucket.get(key))?.revision), true);
  },
  'a deleted key': (bucket) => bucket.delete(key),
};

for (const [name, lose] of Object.entries(losses)) {
  test(`[43] ${name} is noticed, and what it has lost is written back`, async ({ startNats }) => {
    const server = await startNats();
    const feed = await begin(server);
    const calls = feed.calls.length;
    await lose(await new Kvm(await server.connect()).open(bucketName), server);
    await expect.poll(() => feed.calls.slice(calls)).toContain('begins anew');
    await expectRestored(server);
    expect(feed.refusals).toEqual([]);
  });
}

test('[43] a server that lost all data is noticed, and gets it back', async ({ startNats }) => {
  const server = await startNats();
  const feed = await begin(server);
  const calls = feed.calls.length;
  await server.kill();
  server.loseData();
  await server.start();
  await expect.poll(() => feed.calls.slice(calls)).toContain('begins anew');
  await expectRestored(server);
});

test('[43] a server that was restored from an old backup is noticed, and gets the rest back', async ({ startNats }) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect()), { isKeeping: true });
  await feed.announce('ann', 10);
  await server.kill();
  const restore = server.backUp();
  await server.start();
  await feed.announce('bob', 20);
  await feed.proof();
  const calls = feed.calls.length;
  await server.kill();
  restore();
  await server.start();
  await expect.poll(() => feed.calls.slice(calls)).toContain('begins anew');
  await expectRestored(server);
});

test('[43] a server that was killed goes on with its data', async ({ startNats }) => {
  const server = await startNats();
  const feed = await begin(server);
  const calls = feed.calls.length;
  await server.kill();
  await expect.poll(() => feed.problems.map(({ message }) => message)).toContain('The connection to NATS was lost.');
  await server.start();
  await feed.proof();
  expect(feed.calls.slice(calls)).toEqual(['begins', 'ann:10', 'bob:20', 'ends']);
  await feed.announce('carl', 30);
  await expect.poll(() => feed.calls.at(-1)).toBe('carl:30');
});

test('[42] a server that starts after the last entry was removed reads the others first', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const first = openFeed(natsFeed(connection));
  await first.announce('ann', 10);
  await first.announce('bob', 20);
  await first.close();
  const { streams } = await new Kvm(connection).js.jetstreamManager();
  await streams.deleteMessage(`KV_${bucketName}`, 2, true);
  const second = openFeed(natsFeed(await server.connect()));
  await second.proof();
  expect(second.calls).toEqual(['begins', 'ann:10', 'ends']);
});

test('a consumer that the server has lost is replaced', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = openFeed(natsFeed(connection));
  await feed.announce('ann', 10);
  await feed.proof();
  const { consumers } = await new Kvm(connection).js.jetstreamManager();
  for (const { name } of await consumers.list(`KV_${bucketName}`).next())
    await consumers.delete(`KV_${bucketName}`, name);
  await openFeed(natsFeed(await server.connect())).announce('bob', 20);
  await expect.poll(() => feed.stored.get('bob')).toBe(20);
});

test('a deleted key is not an entry for a server that starts later', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const first = openFeed(natsFeed(connection));
  await first.announce('ann', 10);
  await first.close();
  await (await new Kvm(connection).open(bucketName)).delete(key);
  const second = openFeed(natsFeed(connection));
  await second.proof();
  expect(second.calls).toEqual(['begins', 'ends']);
  await second.announce('ann', 5);
  await expect.poll(() => second.stored.get('ann')).toBe(5);
});
