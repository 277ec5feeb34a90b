import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createStreamSigner, type PublishOptions, publishPublicKey, type StreamEvent } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';
import { PubkeyEndpoint } from './pubkey-endpoint.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const gatewayUrl = 'https://cable.example.com';

test('publishes the public key of the signer, once', async () => {
  const store = new MemoryStore();
  const signer = createStreamSigner({ privateKey: old.privatePem });
  const keyId = expect.stringMatching(/^[\w-]{43}$/);
  expect(await publishPublicKey(store, signer.publicKey)).toEqual({ revision: 1, changed: true, keyId, served: null });
  expect(await publishPublicKey(store, signer.publicKey)).toEqual({ revision: 1, changed: false, keyId, served: null });
  expect(store.entries.get('TC_PUBKEYS/rails_public_key')).toEqual({ value: old.publicPem, revision: 1 });
});

test('publishes to the bucket and key in the options', async () => {
  const store = new MemoryStore();
  await publishPublicKey(store, old.publicPem, { bucket: 'MY_KEYS', key: 'cable.public' });
  expect([...store.entries.keys()]).toEqual(['MY_KEYS/cable.public']);
});

test('a node of an old release does not publish its key over the new one', async () => {
  const store = new MemoryStore();
  await publishPublicKey(store, next.publicPem);
  const booting = publishPublicKey(store, old.publicPem);
  await expect(booting).rejects.toMatchObject({ code: 'streams_failed', reason: 'slot_taken' });
  expect(store.entries.get('TC_PUBKEYS/rails_public_key')).toEqual({ value: next.publicPem, revision: 1 });
});

test('replaces only the key in `replaces`', async () => {
  const store = new MemoryStore();
  await publishPublicKey(store, old.publicPem);
  const wrong = publishPublicKey(store, next.publicPem, { replaces: makeKeyPair().publicPem });
  await expect(wrong).rejects.toMatchObject({ reason: 'slot_taken' });
  expect(await publishPublicKey(store, next.publicPem, { replaces: old.publicPem })).toMatchObject({ revision: 2 });
});

test('does not overwrite a value that is not a key, but fills a deleted slot', async () => {
  const store = new MemoryStore();
  store.entries.set('TC_PUBKEYS/rails_public_key', { value: 'not a key', revision: 0 });
  await expect(publishPublicKey(store, old.publicPem)).rejects.toMatchObject({ reason: 'slot_taken' });
  store.entries.set('TC_PUBKEYS/rails_public_key', { value: null, revision: 0 });
  expect(await publishPublicKey(store, old.publicPem)).toMatchObject({ changed: true });
});

test('does not count a key that another process has just written in another form as published', async () => {
  const store = new MemoryStore();
  const escaped = old.publicPem.replaceAll('\n', '\\n');
  const write = store.write.bind(store);
  store.write = async (bucket, key, value, lastRevision) => {
    await write(bucket, key, escaped, lastRevision);
    return write(bucket, key, value, lastRevision);
  };
  await expect(publishPublicKey(store, old.publicPem)).rejects.toMatchObject({ reason: 'publish_conflict' });
});

test.each([
  ['a literal \\n', old.publicPem.replaceAll('\n', '\\n')],
  ['CRLF', old.publicPem.replaceAll('\n', '\r\n')],
  ['PKCS#1', old.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['other text around it', `hello\n${old.publicPem}`],
  ['quotes', JSON.stringify(old.publicPem)],
])('rewrites the same key if it is stored in another form: %s', async (_form, value) => {
  const store = new MemoryStore();
  await store.write('TC_PUBKEYS', 'rails_public_key', value, 0);
  // In this form too, the key is not replaced by another one.
  await expect(publishPublicKey(store, next.publicPem)).rejects.toMatchObject({ reason: 'slot_taken' });
  expect(await publishPublicKey(store, old.publicPem)).toMatchObject({ revision: 2, changed: true });
  expect(store.entries.get('TC_PUBKEYS/rails_public_key')?.value).toBe(old.publicPem);
  expect(await publishPublicKey(store, old.publicPem)).toMatchObject({ revision: 2, changed: false });
});

test('if two processes publish the same key at once, only one reports a change', async () => {
  const store = new MemoryStore();
  const both = await Promise.all([publishPublicKey(store, old.publicPem), publishPublicKey(store, old.publicPem)]);
  expect(both.map(({ revision, changed }) => ({ revision, changed }))).toEqual([
    { revision: 1, changed: true },
    { revision: 1, changed: false },
  ]);
});

test('refuses an inherited option, and writes nothing', async () => {
  const store = new MemoryStore();
  await publishPublicKey(store, old.publicPem);
  const publishing = publishPublicKey(store, next.publicPem, Object.create({ replaces: old.publicPem }));
  await expect(publishing).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'replaces' });
  await expect(publishPublicKey(store, next.publicPem)).rejects.toMatchObject({ reason: 'slot_taken' });
});

test('succeeds if its write was stored but the response was lost', async () => {
  const store = new MemoryStore();
  const { write } = store;
  store.write = async (...args) => {
    await write.apply(store, args);
    return null;
  };
  expect(await publishPublicKey(store, old.publicPem)).toMatchObject({ revision: 1 });
});

/** Publishes while the gateway behaves in some way. The clock runs as fast as the code asks for the time. */
async function publishTo(endpoint: PubkeyEndpoint) {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  vi.stubGlobal('Atomics', {}); // Only the fake clock ends a pause.
  try {
    const events: StreamEvent[] = [];
    const begun = performance.now();
    let isOver = false;
    const publishing = publishPublicKey(new MemoryStore(), next.publicPem, {
      gatewayUrl,
      fetch: endpoint.fetch,
      onEvent: (event) => events.push(event),
    }).finally(() => {
      isOver = true;
    });
    for (; !isOver; await nextTurn()) await vi.advanceTimersByTimeAsync(10);
    const { served } = await publishing;
    const warnings = events.filter(({ type }) => type !== 'key_published').map(({ type }) => type);
    return { served, warnings, seconds: (performance.now() - begun) / 1000 };
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
}

test('reports that the gateway uses the key', async () => {
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const publishing = publishTo(endpoint);
  setTimeout(() => {
    endpoint.behaviour = next.publicPem;
  }, 300);
  const { seconds, ...rest } = await publishing;
  expect(rest).toEqual({ served: true, warnings: [] });
  expect(seconds).toBeCloseTo(0.4, 0);
});

test('warns if the gateway still uses another key after five seconds', async () => {
  const { served, warnings, seconds } = await publishTo(new PubkeyEndpoint(old.publicPem));
  expect({ served, warnings }).toEqual({ served: false, warnings: ['key_not_served'] });
  expect(seconds).toBeCloseTo(5, 0);
});

test.each([
  // A request without an answer ends after two seconds, and the last one may begin when five seconds are over.
  ['does not answer', 'never', 9],
  ['cannot be reached', 'fails', 5],
] as const)('publishes with a warning if the gateway %s', async (_what, behaviour, maxSeconds) => {
  const { served, warnings, seconds } = await publishTo(new PubkeyEndpoint(behaviour));
  expect({ served, warnings }).toEqual({ served: null, warnings: ['gateway_unavailable'] });
  expect(seconds).toBeLessThanOrEqual(maxSeconds);
});

test.each([
  ['an empty bucket', { bucket: '' }, 'bucket'],
  ['a bucket with a dot', { bucket: 'a.b' }, 'bucket'],
  ['a list of buckets', { bucket: ['TC_PUBKEYS'] }, 'bucket'],
  ['a list of keys', { key: ['cable'] }, 'key'],
  ['a key with an empty part', { key: 'a..b' }, 'key'],
  ['a key with a wildcard', { key: '>' }, 'key'],
  ['a gatewayUrl that is not a URL', { gatewayUrl: 'cable' }, 'gatewayUrl'],
  ['an unknown option', { force: true }, 'force'],
  ['a private key to replace', { replaces: old.privatePem }, 'replaces'],
])('refuses %s', async (_kind, options, option) => {
  const publishing = publishPublicKey(new MemoryStore(), old.publicPem, options as PublishOptions);
  await expect(publishing).rejects.toMatchObject({ code: 'configuration_invalid', option });
});

test('refuses a store without the methods of a store', async () => {
  await expect(publishPublicKey({} as MemoryStore, old.publicPem)).rejects.toMatchObject({ option: 'kv' });
});
