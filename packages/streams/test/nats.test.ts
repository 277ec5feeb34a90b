import { Kvm } from '@nats-io/kv';
import { connect, errors } from '@nats-io/transport-node';
import getPort from 'get-port';
import { expect } from 'vitest';
import { createRotation, publishPublicKey, ToriiStreamError } from '../src/index.ts';
import { connectStore, createNatsStore } from '../src/nats/index.ts';
import { startGateway } from './gateway.ts';
import { makeKeyPair } from './key-pairs.ts';
import { natsTest as test } from './nats-server.ts';

const old = makeKeyPair();
const next = makeKeyPair();

test('creates the bucket and publishes a key that a second client sees', async ({ startNats }) => {
  const { url } = await startNats();
  await using kv = await connectStore({ servers: url });
  const first = await publishPublicKey(kv, old.publicPem);
  expect(first).toMatchObject({ revision: 1, changed: true });

  await using watcher = await connect({ servers: url });
  const bucket = await new Kvm(watcher).open('TC_PUBKEYS');
  expect(await bucket.status()).toMatchObject({ history: 1, ttl: 0 });
  const seen: string[] = [];
  const entries = await bucket.watch({ key: 'rails_public_key' });
  void (async () => {
    for await (const entry of entries) seen.push(`${entry.revision} ${entry.string()}`);
  })();

  expect(await publishPublicKey(kv, old.publicPem)).toMatchObject({ revision: 1, changed: false });
  const { revision } = await publishPublicKey(kv, next.publicPem, { replaces: old.publicPem });
  await expect.poll(() => seen).toEqual([`1 ${old.publicPem}`, `${revision} ${next.publicPem}`]);
});

test('connects to the servers of a text with commas, in any order, and of a list of such texts', async ({
  startNats,
}) => {
  const { url } = await startNats();
  const unused = `nats://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;
  for (const servers of [`${unused},${url}`, ` ${url.replace('nats://', '')} ,\n${unused}\n`, [`${unused},${url}`]]) {
    await using kv = await connectStore({ servers });
    expect(await kv.read('TC_PUBKEYS', 'rails_public_key')).toBeNull();
  }
});

test('the gateway uses a published key within five seconds', async ({ startNats }) => {
  const { url } = await startNats();
  await using gateway = await startGateway({ servers: url });
  await using kv = await connectStore({ servers: url });
  const { served } = await publishPublicKey(kv, old.publicPem, { gatewayUrl: gateway.url });
  expect(served).toBe(true);
});

test('if several publishers write at once, one succeeds and the others get an error', async ({ startNats }) => {
  const { url } = await startNats();
  const clients = await Promise.all(Array.from({ length: 4 }, () => connectStore({ servers: url })));
  await Promise.all(clients.map((kv) => kv.read('TC_PUBKEYS', 'rails_public_key')));
  for (let round = 0; round < 10; round++) {
    const key = `round_${round}`;
    const keys = [old, next, old, next];
    const outcomes = await Promise.allSettled(
      clients.map((kv, index) => publishPublicKey(kv, keys[index]?.publicPem, { key })),
    );
    const winner = (await clients[0]?.read('TC_PUBKEYS', key))?.value;
    for (const [index, outcome] of outcomes.entries()) {
      if (keys[index]?.publicPem === winner) expect(outcome.status).toBe('fulfilled');
      else expect(outcome).toMatchObject({ reason: { reason: expect.stringMatching(/publish_conflict|slot_taken/) } });
    }
  }
  await Promise.all(clients.map((kv) => kv.close()));
});

test('writes to a bucket that another publisher is just creating, which nobody responds for yet', async ({
  startNats,
}) => {
  const { url } = await startNats();
  await using connection = await connect({ servers: url });
  let left = 2;
  const request: typeof connection.request = (subject, ...rest) =>
    subject.startsWith('$KV.') && left-- > 0
      ? Promise.reject(new errors.RequestError('no responders', { cause: new errors.NoRespondersError(subject) }))
      : connection.request(subject, ...rest);
  const early = new Proxy(connection, {
    get: (target, name) => {
      const value: unknown = name === 'request' ? request : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(await publishPublicKey(createNatsStore(early), old.publicPem)).toMatchObject({ revision: 1 });
  expect(left).toBeLessThan(1);
});

test('overwrites a deleted key at its revision', async ({ startNats }) => {
  const { url } = await startNats();
  await using connection = await connect({ servers: url });
  const kv = createNatsStore(connection);
  await publishPublicKey(kv, old.publicPem);
  await (await new Kvm(connection).open('TC_PUBKEYS')).delete('rails_public_key');
  expect(await kv.read('TC_PUBKEYS', 'rails_public_key')).toMatchObject({ value: null, revision: 2 });
  expect(await publishPublicKey(kv, next.publicPem)).toMatchObject({ revision: 3 });
});

test('reports when an entry was written, by the clock of the server', async ({ startNats }) => {
  const { url } = await startNats();
  await using kv = await connectStore({ servers: url });
  const begun = Date.now() / 1000;
  await kv.write('TC_PUBKEYS', 'rails_public_key', old.publicPem, 0);
  const { createdAt = 0 } = (await kv.read('TC_PUBKEYS', 'rails_public_key')) ?? {};
  expect(createdAt).toBeGreaterThan(begun - 1);
  expect(createdAt).toBeLessThan(Date.now() / 1000 + 1);
});

test('a plan creates no bucket', async ({ startNats }) => {
  const { url } = await startNats();
  await using kv = await connectStore({ servers: url });
  await using connection = await connect({ servers: url });
  const fetch = async () => new Response(old.publicPem);
  const options = { kv, from: old.publicPem, to: next.publicPem, gatewayUrl: 'https://cable.example.com', fetch };
  await expect(createRotation(options).plan()).rejects.toMatchObject({ reason: 'slot_empty' });
  const buckets = [];
  for await (const { bucket } of new Kvm(connection).list()) buckets.push(bucket);
  expect(buckets).toEqual([]);
});

test('creates the bucket again if it is deleted during a connection', async ({ startNats }) => {
  const { url } = await startNats();
  await using kv = await connectStore({ servers: url });
  await using connection = await connect({ servers: url });
  const deleteBucket = async () => (await new Kvm(connection).open('TC_PUBKEYS')).destroy();
  await publishPublicKey(kv, old.publicPem);
  await deleteBucket();
  expect(await kv.read('TC_PUBKEYS', 'rails_public_key')).toBeNull();
  expect(await publishPublicKey(kv, old.publicPem)).toMatchObject({ revision: 1, changed: true });
  await deleteBucket();
  // The store still remembers the deleted bucket.
  expect(await kv.write('TC_PUBKEYS', 'rails_public_key', next.publicPem, 0)).toBe(1);
  await deleteBucket();
  expect(await kv.write('TC_PUBKEYS', 'rails_public_key', next.publicPem, 1)).toBeNull();
});

test.for([
  ['a TTL', { ttl: 60_000 }, 'TTL of 60 s'],
  ['a history', { history: 5 }, 'history of 5'],
  ['a small maximum value size', { maxValueSize: 100 }, 'maximum value size of 100 bytes'],
  ['a small maximum size', { max_bytes: 1_000 }, 'maximum size of 1000 bytes'],
] as const)('refuses a bucket with %s', async ([, settings, problem], { startNats }) => {
  const { url } = await startNats();
  await using connection = await connect({ servers: url });
  await new Kvm(connection).create('TC_PUBKEYS', settings);
  const publishing = publishPublicKey(createNatsStore(connection), old.publicPem);
  await expect(publishing).rejects.toMatchObject({
    reason: 'bucket_unfit',
    message: expect.stringContaining(`TC_PUBKEYS has a ${problem}`),
  });
});

test('distinguishes a server without JetStream from one that is down', async ({ startNats }) => {
  const { url } = await startNats('accounts { APP { users: [{ user: a, password: b }] } }');
  await using kv = await connectStore({ servers: url, login: { user: 'a', password: 'b' }, timeoutMs: 1_000 });
  const error: unknown = await publishPublicKey(kv, old.publicPem).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToriiStreamError);
  expect(error).toMatchObject({ code: 'streams_failed', reason: 'store_refused' });
});
