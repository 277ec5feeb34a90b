import { expect, test } from 'vitest';
import {
  createRotation,
  createStreamSigner,
  type KeyStore,
  publishPublicKey,
  readPublishedKey,
  verifyStreamToken,
} from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const request = { subject: 'ada', allowedStreams: ['chat_*'], ttlSeconds: 60 };
const signer = createStreamSigner({ privateKey: old.privatePem });
const gatewayUrl = 'https://cable.example.com';
const fetch = async () => new Response('', { status: 503 });
const rotation = createRotation({
  kv: new MemoryStore(),
  from: old.publicPem,
  to: next.publicPem,
  gatewayUrl,
  fetch,
  oldKeyLeaked: true,
});
const planFields = ['step', 'waitSeconds', 'refusalSeconds', 'text'];

test.each<[string, () => Promise<unknown>, readonly string[]]>([
  ['signer.issue', () => signer.issue(request), ['token', 'expiresAt']],
  ['signer.issue that is refused', () => signer.issue({ ...request, subject: '' }), ['token', 'expiresAt']],
  ['signer.issueFor', () => signer.issueFor({} as never, request), ['token', 'expiresAt']],
  [
    'verifyStreamToken',
    () => verifyStreamToken('a.b.c', { publicKey: old.publicPem }),
    ['subject', 'allowedStreams', 'issuedAt', 'expiresAt', 'keyId', 'raw'],
  ],
  [
    'publishPublicKey',
    () => publishPublicKey(new MemoryStore(), old.publicPem),
    ['revision', 'changed', 'keyId', 'served'],
  ],
  ['readPublishedKey', () => readPublishedKey(new MemoryStore()), ['slot', 'keyId', 'isEmpty', 'revision']],
  ['rotation.plan', () => rotation.plan(), planFields],
  ['rotation.run', () => rotation.run({ signal: AbortSignal.abort() }), planFields],
])('[33] the promise of %s throws if a field is read without await', async (_name, call, fields) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  for (const field of fields) {
    const promise = call();
    expect(() => Reflect.get(promise, field)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option: 'await' }),
    );
    await Promise.allSettled([promise]);
  }
  const promise = call();
  expect(() => Reflect.get(promise, fields[0] ?? '')).toThrow();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('[33] a store that was not awaited is refused', async () => {
  const kv = Promise.resolve(new MemoryStore()) as unknown as KeyStore;
  const refused = { name: 'ToriiConfigError', option: 'kv' };
  await expect(publishPublicKey(kv, old.publicPem)).rejects.toMatchObject(refused);
  await expect(readPublishedKey(kv)).rejects.toMatchObject(refused);
});

test.each([[undefined], [true], ['2'], [-1], [1.5], [Number.NaN], [{ revision: 2 }]])(
  'a store whose write returns %j is not taken for a store that wrote',
  async (revision) => {
    const kv = { read: async () => null, write: async () => revision } as unknown as KeyStore;
    await expect(publishPublicKey(kv, old.publicPem)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'kv' });
  },
);

test.each([
  [true],
  [old.publicPem],
  [[]],
  [{}],
  [{ value: 1, revision: 1 }],
  [{ value: old.publicPem }],
  [{ value: old.publicPem, revision: '1' }],
  [{ value: old.publicPem, revision: 1, createdAt: '2026-05-16' }],
  [{ value: old.publicPem, revision: 1, createdAt: Number.NaN }],
])('a store whose read returns %j is not taken for an empty one', async (entry) => {
  const writes: unknown[] = [];
  const kv = { read: async () => entry, write: async (...call: unknown[]) => writes.push(call) } as unknown as KeyStore;
  const refused = { name: 'ToriiConfigError', option: 'kv' };
  await expect(publishPublicKey(kv, old.publicPem)).rejects.toMatchObject(refused);
  await expect(readPublishedKey(kv)).rejects.toMatchObject(refused);
  expect(writes).toEqual([]);
});
