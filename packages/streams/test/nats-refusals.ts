import { inspect } from 'node:util';
import { expect } from 'vitest';
import { publishPublicKey } from '../src/index.ts';
import { connectStore, type NatsOptions } from '../src/nats/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const { publicPem } = makeKeyPair();

/** Errors must not quote this text. */
export const secret = 'correct-horse-battery';

/** Connects, publishes a key, and returns its revision. */
export async function publishWith(options: NatsOptions) {
  await using kv = await connectStore(options);
  return (await publishPublicKey(kv, publicPem)).revision;
}

/** The reason or option of an error. Fails if the error, as a log would print it, contains a secret. */
export async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
  expect(inspect(error, { depth: 9 })).not.toMatch(/SU[A-Z2-7]{56}/);
  return Reflect.get(Object(error), 'reason') ?? Reflect.get(Object(error), 'option') ?? error;
}
