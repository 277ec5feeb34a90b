import { expect, test } from 'vitest';
import { createStreamSigner, publishPublicKey, readStreamEnvironment } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const pair = makeKeyPair();

test('reads the environment variables of Turbocable', async () => {
  const { privateKey, publicKey, issuer, slot } = readStreamEnvironment({
    TURBOCABLE_JWT_PRIVATE_KEY: pair.privatePem.replaceAll('\n', '\\n'),
    TURBOCABLE_JWT_PUBLIC_KEY: pair.publicPem.replaceAll('\n', '\\n'),
    TURBOCABLE_JWT_ISSUER: 'my-app',
    TURBOCABLE_JWT_KV_BUCKET: 'MY_KEYS',
    TURBOCABLE_JWT_KV_KEY: 'cable',
  });
  const store = new MemoryStore();
  await publishPublicKey(store, publicKey, slot);
  expect(store.entries.get('MY_KEYS/cable')?.value).toBe(createStreamSigner({ privateKey, issuer }).publicKey);
});

test('leaves the default for a variable that is not set', async () => {
  const { publicKey, slot, ...rest } = readStreamEnvironment({ TURBOCABLE_JWT_PUBLIC_KEY: pair.publicPem });
  expect(rest).toEqual({ privateKey: undefined, issuer: undefined });
  const store = new MemoryStore();
  await publishPublicKey(store, publicKey, slot);
  expect([...store.entries.keys()]).toEqual(['TC_PUBKEYS/rails_public_key']);
});

test.each(['TURBOCABLE_JWT_PRIVATE_KEY', 'TURBOCABLE_JWT_ISSUER', 'TURBOCABLE_JWT_KV_KEY'])(
  'refuses an empty variable %s',
  (name) => {
    expect(() => readStreamEnvironment({ [name]: ' ' })).toThrow(expect.objectContaining({ option: name }));
  },
);

test('reads process.env by default', () => {
  expect(readStreamEnvironment()).toHaveProperty('slot');
});
