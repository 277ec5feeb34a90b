import { expect, test } from 'vitest';
import { createRotation, publishPublicKey } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const [old, next, other] = [makeKeyPair().publicPem, makeKeyPair().publicPem, makeKeyPair().publicPem];

test.concurrent.each([
  ['never answers', 'gateway_unavailable', () => new Promise<Response>(() => {})],
  ['uses another key', 'key_not_served', async () => new Response(other)],
] as const)(
  'a rotation with a leaked key flips first, then reports that the gateway %s',
  async (_how, reason, fetch) => {
    const kv = new MemoryStore();
    await publishPublicKey(kv, old);
    const gatewayUrl = 'https://cable.example.com';
    const rotation = createRotation({ kv, from: old, to: next, gatewayUrl, fetch, oldKeyLeaked: true });
    const advancing = rotation.advance();
    const held = () => kv.entries.get('TC_PUBKEYS/rails_public_key')?.value;
    await expect.poll(held).toBe(next);
    await expect(advancing).rejects.toMatchObject({ reason });
    expect(held()).toBe(next);
  },
);
