import { expect, test } from 'vitest';
import { createStreamSigner, getKeyId, publishPublicKey, readPublishedKey } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const pair = makeKeyPair();
const slot = 'TC_PUBKEYS/rails_public_key';

test('reports the published key by the `kid` of its tokens', async () => {
  const store = new MemoryStore();
  expect(await readPublishedKey(store)).toEqual({ slot, keyId: null, isEmpty: true, revision: 0 });
  await publishPublicKey(store, pair.publicPem);
  const keyId = getKeyId(pair.publicPem);
  expect(await readPublishedKey(store)).toEqual({ slot, keyId, isEmpty: false, revision: 1 });

  const { token } = await createStreamSigner({ privateKey: pair.privatePem }).issue({
    subject: 'ada',
    allowedStreams: ['*'],
    ttlSeconds: 60,
  });
  expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid).toBe(keyId);
});

test('distinguishes a value that is not a key from an empty slot, in the given bucket and key', async () => {
  const store = new MemoryStore();
  store.entries.set('MINE/key', { value: 'not a key', revision: 7 });
  const read = { slot: 'MINE/key', keyId: null, isEmpty: false, revision: 7 };
  expect(await readPublishedKey(store, { bucket: 'MINE', key: 'key' })).toEqual(read);
  expect(await readPublishedKey(store)).toMatchObject({ isEmpty: true });
});

test('getKeyId refuses keys that must not be published', () => {
  for (const key of [pair.privatePem, makeKeyPair(1024).publicPem]) {
    expect(() => getKeyId(key)).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: 'publicKey' }));
  }
});
