// Buckets and servers that cannot be used, and what the messages say.
import { Kvm } from '@nats-io/kv';
import { ToriiConfigError } from '@torii/core';
import { afterEach, expect } from 'vitest';
import { natsFeed } from '../src/nats/index.ts';
import { closeFeeds, entryOf, openFeed } from './feed-reader.ts';
import { bucketName, natsTest as test } from './nats-server.ts';

afterEach(closeFeeds);

test('[41] refuses a bucket that keeps entries for too short, and says how to repair it', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  await new Kvm(connection).create(bucketName, { history: 1, ttl: 5_099_000 });
  const feed = openFeed(natsFeed(connection), { retentionSeconds: 5_100 });
  await expect.poll(() => feed.refusals.length).toBe(1);
  expect(feed.refusals[0]).toBeInstanceOf(ToriiConfigError);
  expect(feed.refusals[0]?.message).toBe(
    '`maxTokenSeconds` needs a bucket that keeps entries for 5100 seconds. ' +
      `Found: KV_${bucketName} keeps them for 5099. ` +
      `Lower maxTokenSeconds, or run: nats stream edit KV_${bucketName} --max-age=5400s. See https://torii.so/docs/typescript/troubleshooting#maxtokenseconds`,
  );
  expect(feed.calls).toEqual([]);
  await expect(feed.announce('ann', 10)).rejects.toThrow('maxTokenSeconds');
});

test('[41] does not write to a bucket that keeps entries for too short, also before it was read', async ({
  startNats,
}) => {
  const server = await startNats();
  const connection = await server.connect();
  await new Kvm(connection).create(bucketName, { history: 1, ttl: 60_000 });
  const feed = openFeed(natsFeed(connection));
  await expect(feed.announce('ann', 10)).rejects.toThrow('maxTokenSeconds');
});

test('accepts a bucket that keeps entries exactly long enough, or forever', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const buckets = new Kvm(connection);
  await buckets.create('exact', { history: 1, ttl: 5_100_000 });
  await buckets.create('forever', { history: 1 });
  for (const bucket of ['exact', 'forever']) await openFeed(natsFeed(connection, { bucket })).announce('ann', 10);
});

test('[43] refuses a bucket that discards its oldest entries when it is full', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const { streams } = await new Kvm(connection).js.jetstreamManager();
  const config = { name: 'KV_full', subjects: ['$KV.full.>'], max_msgs_per_subject: 1 };
  await streams.add({ ...config, max_msgs: 10_000, discard: 'old' });
  const feed = openFeed(natsFeed(connection, { bucket: 'full' }));
  await expect.poll(() => feed.refusals[0]?.message).toContain('nats stream edit KV_full --max-bytes=-1 --max-msgs=-1');
  await expect(feed.announce('ann', 10)).rejects.toThrow('discards the oldest entries');
});

test('[42] proves nothing while the bucket keeps entries for too short, and goes on when it is repaired', async ({
  startNats,
}) => {
  const server = await startNats();
  const connection = await server.connect();
  const feed = openFeed(natsFeed(connection));
  await feed.proof();
  const { streams } = await new Kvm(connection).js.jetstreamManager();
  const setAge = (seconds: number) => streams.update(`KV_${bucketName}`, { max_age: seconds * 1_000_000_000 });
  await setAge(600);
  await expect.poll(() => feed.problems.at(-1)?.message).toContain('maxTokenSeconds');
  expect(feed.refusals).toEqual([]);
  await setAge(6_000);
  await feed.proof();
});

test('reports a server without JetStream, and goes on when it has been enabled', async ({ startNats }) => {
  let jetStream = '';
  const server = await startNats((data) => jetStream.replace('DATA', data));
  const feed = openFeed(natsFeed(await server.connect()));
  await expect.poll(() => feed.problems.at(-1)?.message).toContain('Enable it (nats-server -js)');
  await expect(feed.write([], { timeoutMs: 1_000 })).resolves.toBeUndefined();
  await server.kill();
  jetStream = 'jetstream { store_dir: "DATA" }';
  await server.start();
  await feed.announce('ann', 10);
  await feed.proof();
});

test('reports missing permissions', async ({ startNats }) => {
  const users = `
    { user: reader, password: p, permissions: { publish: { deny: ["$KV.>"] } } },
    { user: stranger, password: p, permissions: { publish: { deny: ["$JS.>"] } } },
    { user: deaf, password: p, permissions: { subscribe: { deny: ["_INBOX.>"] } } }`;
  const server = await startNats(`authorization { users: [ { user: owner, password: p }, ${users} ] }`);
  const owner = openFeed(natsFeed(await server.connect({ user: 'owner', pass: 'p' })));
  await owner.announce('ann', 10);
  const reader = openFeed(natsFeed(await server.connect({ user: 'reader', pass: 'p' })));
  await reader.proof();
  expect([...reader.stored]).toEqual([['ann', 10]]);
  await expect(reader.announce('bob', 20)).rejects.toThrow('must be allowed to publish to $JS.API.>');
  for (const user of ['stranger', 'deaf']) {
    const feed = openFeed(natsFeed(await server.connect({ user, pass: 'p' })));
    await expect.poll(() => feed.problems.at(-1)?.message).toContain('must be allowed to publish to $JS.API.>');
    await expect(feed.announce('bob', 20)).rejects.toThrow('must be allowed');
  }
});

test('needs only these permissions', async ({ startNats }) => {
  const stream = `KV_${bucketName}`;
  const api = ['STREAM.INFO', 'STREAM.MSG.GET', 'CONSUMER.CREATE', 'CONSUMER.INFO', 'CONSUMER.DELETE'].flatMap(
    (name) => [`"$JS.API.${name}.${stream}"`, `"$JS.API.${name}.${stream}.>"`],
  );
  const allowed = [...api, `"$JS.FC.${stream}.>"`, `"$KV.${bucketName}.>"`].join(', ');
  const app = `{ user: app, password: p, permissions: { publish: [${allowed}], subscribe: "_INBOX.>" } }`;
  const server = await startNats(`authorization { users: [ { user: owner, password: p }, ${app} ] }`);
  const owner = openFeed(natsFeed(await server.connect({ user: 'owner', pass: 'p' })));
  // 5 MB: more than the server sends without flow control.
  const entries = Array.from({ length: 1_000 }, (_, index) => ({
    ...entryOf(`${'x'.repeat(5_000)}${index}`, index),
    key: `0${index}`,
  }));
  await owner.write(entries, { timeoutMs: 60_000 });
  const feed = openFeed(natsFeed(await server.connect({ user: 'app', pass: 'p' })));
  await feed.proof();
  expect(feed.stored.size).toBe(1_000);
  await feed.announce('ann', 10);
  await feed.announce('ann', 20);
  await feed.proof();
  expect(feed.problems).toEqual([]);
});

test('reports storage that is full', async ({ startNats }) => {
  const user = 'users: [ { user: app, password: p } ]';
  const server = await startNats(`accounts { APP { jetstream { max_disk: 1000 }, ${user} } }`);
  const feed = openFeed(natsFeed(await server.connect({ user: 'app', pass: 'p' }), { timeoutMs: 300 }));
  const entries = Array.from({ length: 20 }, (_, index) => ({ key: `0${index}`, text: 'x'.repeat(100) }));
  await expect(feed.write(entries, { timeoutMs: 5_000 })).rejects.toThrow('out of storage');
  await feed.proof();
  expect(feed.calls.length).toBeGreaterThan(2);
});

test('reports more replicas than the server has', async ({ startNats }) => {
  const server = await startNats();
  const feed = openFeed(natsFeed(await server.connect(), { replicas: 3 }));
  await expect.poll(() => feed.problems.at(-1)?.message).toContain('`replicas`');
  await expect(feed.announce('ann', 10)).rejects.toThrow('`replicas`');
});

test('refuses wrong options', async ({ startNats }) => {
  const server = await startNats();
  const connection = await server.connect();
  const wrong = (options: object) => () => natsFeed(connection, options);
  expect(wrong({ bucket: 'a.b' })).toThrow('`bucket` must consist of letters, digits, `_` and `-`');
  expect(wrong({ replicas: 0 })).toThrow('`replicas` must be a whole number from 1 to 5');
  expect(wrong({ timeoutMs: 5 })).toThrow('`timeoutMs` must be a whole number from 100 to 5000');
  expect(wrong({ servers: 'nats://127.0.0.1' })).toThrow('There is no option `servers`');
  expect(() => natsFeed(Promise.resolve(connection) as never)).toThrow('await');
  expect(() => natsFeed(undefined as never)).toThrow('`connection` must be a connection of @nats-io/transport-node');
});
