// Which signatures are verified synchronously and which in the thread pool. Counts calls, and never looks at the time.
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from '../../src/index.ts';
import { issuer, makeKey, mint } from '../mint.ts';

type Verify = (...given: readonly unknown[]) => unknown;
type Done = (error: Error | null, isGood: boolean) => void;

const crypto = process.getBuiltinModule('node:crypto');
const original = crypto.verify as Verify;
const begun: ('sync' | 'pool')[] = [];
/** Takes the place of the thread pool. */
let answerInPool: ((done: Done) => void) | undefined;
Reflect.set(crypto, 'verify', (...given: readonly unknown[]) => {
  const done = given[4] as Done | undefined;
  begun.push(done === undefined ? 'sync' : 'pool');
  if (done === undefined || answerInPool === undefined) return original(...given);
  return answerInPool(done);
});
// The steady clock stands still unless a test moves it.
let nowMs = performance.now();
const originalNow = performance.now;
performance.now = () => nowMs;
afterAll(() => {
  Reflect.set(crypto, 'verify', original);
  performance.now = originalNow;
});

const key = await makeKey();
const verifier = createTokenVerifier({ issuer, keys: { keys: [key.publicJwk] } });
await verifier.verify(await mint(key));

beforeEach(async () => {
  answerInPool = undefined;
  await nextTurn();
  await nextTurn();
  begun.length = 0;
});

test('verifies tokens one after the other synchronously, in one turn of the event loop', async () => {
  const tokens = await mintMany(100);
  await nextTurn();
  for (const token of tokens) await verifier.verify(token);
  expect(begun).toEqual(tokens.map(() => 'sync'));
});

test('verifies a token of each turn synchronously', async () => {
  for (const token of await mintMany(20)) {
    await nextTurn();
    await verifier.verify(token);
  }
  expect(begun).toEqual(Array(20).fill('sync'));
});

test('verifies a burst of 64 tokens in the thread pool, except the first', async () => {
  for (let burst = 0; burst < 3; burst++) {
    const tokens = await mintMany(64);
    await nextTurn();
    begun.length = 0;
    await Promise.all(tokens.map((token) => verifier.verify(token)));
    expect(begun).toEqual(tokens.map((_, index) => (index === 0 ? 'sync' : 'pool')));
  }
});

test('verifies a burst in the thread pool even if it waits for keys', async () => {
  const tokens = await mintMany(64);
  let answer: (response: Response) => void = () => {};
  const keys = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  const waiting = createTokenVerifier({ issuer, fetch: () => keys });
  const verified = tokens.map((token) => waiting.verify(token));
  await nextTurn();
  expect(begun).toEqual([]);
  answer(Response.json({ keys: [key.publicJwk] }));
  await Promise.all(verified);
  expect(begun.filter((place) => place === 'sync').length).toBeLessThanOrEqual(1);
  expect(begun).toHaveLength(64);
});

test('shares the thread pool among verifiers', async () => {
  const [first = '', second = '', third = ''] = await mintMany(3);
  const other = createTokenVerifier({ issuer, keys: { keys: [key.publicJwk] } });
  await other.verify(first);
  await nextTurn();
  begun.length = 0;
  await Promise.all([verifier.verify(second), other.verify(third)]);
  expect(begun).toEqual(['sync', 'pool']);
});

test('verifies tokens in the thread pool as long as it verifies another one', async () => {
  const [first = '', second = '', third = '', fourth = ''] = await mintMany(4);
  const held: Done[] = [];
  answerInPool = (done) => void held.push(done);
  const verified = [verifier.verify(first), verifier.verify(second)];
  await nextTurn();
  await nextTurn();
  verified.push(verifier.verify(third));
  await nextTurn();
  expect(begun).toEqual(['sync', 'pool', 'pool']);
  for (const done of held) done(null, true);
  await Promise.all(verified);
  await verifier.verify(fourth);
  expect(begun).toEqual(['sync', 'pool', 'pool', 'sync']);
});

test('verifies four tokens a turn synchronously while the thread pool is busy with other work of the app', async () => {
  const [first = '', second = '', ...later] = await mintMany(14);
  const held: Done[] = [];
  answerInPool = (done) => void held.push(done);
  const verified = [verifier.verify(first), verifier.verify(second)];
  await nextTurn();
  nowMs += 11;
  for (const token of later.slice(0, 2)) {
    await nextTurn();
    await verifier.verify(token);
  }
  await nextTurn();
  verified.push(...later.slice(2, 8).map((token) => verifier.verify(token)));
  await nextTurn();
  expect(begun.splice(0)).toEqual(['sync', 'pool', 'sync', 'sync', ...Array(4).fill('sync'), 'pool', 'pool']);
  // The pool moves again, so it verifies what comes next.
  held.shift()?.(null, true);
  verified.push(...later.slice(8).map((token) => verifier.verify(token)));
  await nextTurn();
  expect(begun).toEqual(Array(4).fill('pool'));
  for (const done of held) done(null, true);
  await Promise.all(verified);
});

// Callbacks of `setImmediate` run in one turn, as the requests do that have arrived since the last one.
test('verifies the token of a second callback of the same turn in the thread pool, and that of the next turn synchronously', async () => {
  const [first = '', second = '', third = ''] = await mintMany(3);
  await nextTurn();
  const verified: Promise<unknown>[] = [];
  const begin = (token: string): void => void verified.push(verifier.verify(token));
  setImmediate(begin, first);
  setImmediate(begin, second);
  await nextTurn();
  await Promise.all(verified);
  await nextTurn();
  expect(begun).toEqual(['sync', 'pool']);
  await verifier.verify(third);
  expect(begun).toEqual(['sync', 'pool', 'sync']);
});

test('a callback that verifies several tokens one after the other verifies them synchronously', async () => {
  const tokens = await mintMany(10);
  await nextTurn();
  await new Promise<void>((resolve, reject) => {
    setImmediate(() => verifyEach(verifier, tokens).then(resolve, reject));
  });
  expect(begun).toEqual(Array(10).fill('sync'));
});

test.each<[string, (tokens: readonly string[]) => Promise<unknown>]>([
  ['1,000 tokens at once', (tokens) => Promise.all(tokens.map((token) => verifier.verify(token)))],
  ['1,000 tokens one after the other', (tokens) => verifyEach(verifier, tokens)],
])('lets the event loop turn before it has verified %s', async (_name, verifyAll) => {
  const tokens = await mintMany(1_000);
  await nextTurn();
  const over: string[] = [];
  setImmediate(() => over.push('turn'));
  await verifyAll(tokens).then(() => over.push('tokens'));
  expect(over).toEqual(['turn', 'tokens']);
  expect(begun).toHaveLength(1_000);
});

test('verifies the next token synchronously after the pool has failed', async () => {
  const [first = '', second = '', third = ''] = await mintMany(3);
  answerInPool = (done) => void setImmediate(done, new Error('the pool failed'), false);
  await Promise.all([verifier.verify(first), expect(verifier.verify(second)).rejects.toThrow('the pool failed')]);
  await nextTurn();
  await verifier.verify(third);
  expect(begun).toEqual(['sync', 'pool', 'sync']);
});

test('verifies the next token synchronously after a call of the pool has thrown', async () => {
  const [first = '', second = '', third = ''] = await mintMany(3);
  answerInPool = () => {
    throw new Error('no thread');
  };
  await Promise.all([verifier.verify(first), expect(verifier.verify(second)).rejects.toThrow('no thread')]);
  await nextTurn();
  await verifier.verify(third);
  expect(begun).toEqual(['sync', 'pool', 'sync']);
});

test('refuses only the bad signature in the thread pool', async () => {
  const tokens = await mintMany(8);
  const stranger = await mint({ ...(await makeKey()), kid: key.kid });
  const verified = await Promise.allSettled(
    [...tokens, stranger, ...(await mintMany(8))].map((token) => verifier.verify(token)),
  );
  expect(verified.map(({ status }) => status)).toEqual(
    Array.from({ length: 17 }, (_, index) => (index === 8 ? 'rejected' : 'fulfilled')),
  );
});

async function mintMany(count: number): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, () => mint(key)));
}

async function verifyEach(each: TokenVerifier, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) await each.verify(token);
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
