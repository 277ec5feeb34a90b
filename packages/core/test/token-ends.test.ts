import { expect, test } from 'vitest';
import { createVerifier, type VerifierEvent } from '../src/index.ts';
import { TokenCache, type VerifiedToken } from '../src/token/token-cache.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// The token cache looks tokens up by their ends. Tokens with the same end must neither be taken for each other nor push each
// other out.

const end = '.c2lnbmF0dXJlLXdpdGgtdGhlLXNhbWUtZW5k';
const [first, second, third] = ['first', 'second', 'third'].map((text) => text + end) as [string, string, string];

function verified(): VerifiedToken {
  return { auth: { raw: {} } } as unknown as VerifiedToken;
}

function cacheOf(maxEntries: number, ...tokens: readonly string[]): TokenCache {
  const cache = new TokenCache(maxEntries);
  for (const token of tokens) cache.add(token, verified());
  return cache;
}

test('[11] keeps tokens with the same end apart', () => {
  const cache = new TokenCache(10);
  const [one, two] = [verified(), verified()];
  cache.add(first, one);
  cache.add(second, two);
  for (let i = 0; i < 3; i++) {
    expect(cache.get(first)?.auth).toBe(one.auth);
    expect(cache.get(second)?.auth).toBe(two.auth);
    expect(cache.get(third)).toBeUndefined();
    expect(cache.get(end)).toBeUndefined();
  }
});

test.each([
  [first, second],
  [second, first],
])('drops one of two tokens with the same end', (dropped, kept) => {
  const cache = cacheOf(10, first, second);
  cache.drop(third);
  expect(cache.size).toBe(2);
  cache.drop(dropped);
  expect(cache.get(dropped)).toBeUndefined();
  expect(cache.get(kept)).toBeDefined();
  expect(cache.size).toBe(1);
  // In the place that was left, and once.
  cache.add(kept, verified());
  cache.add(dropped, verified());
  expect(cache.size).toBe(2);
  cache.drop(kept);
  cache.drop(dropped);
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

test('[36] tokens with the same end count like others', () => {
  const tokens = Array.from({ length: 100 }, (_, n) => n + end);
  const cache = cacheOf(3, ...tokens);
  expect(cache.size).toBe(3);
  expect(cache.get(tokens[99] ?? '')).toBeDefined();
  const { bytes } = cacheOf(3, ...tokens.slice(0, 3));
  expect(Math.abs(cache.bytes - bytes)).toBeLessThan(50);
  expect(tokens.filter((token) => cache.get(token))).toHaveLength(3);
});

test('[11] a made-up token with the end of a known one is refused, and does not push it out', async () => {
  const key = await makeKey();
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent) => events.push(event);
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, onEvent });
  const token = await mint(key);
  const [header = '', , signature = ''] = token.split('.');
  const claims = (await mint(key, { sub: 'admin' })).split('.')[1] ?? '';
  await torii.verify(token);
  for (let i = 0; i < 3; i++) {
    expect(await outcomeOf(torii.verify(`${header}.${claims}.${signature}`))).toBe('signature_invalid');
    expect(await outcomeOf(torii.verify(`x${token}`))).toMatch(/^(token_malformed|algorithm_refused)$/);
    expect(await torii.verify(token)).toMatchObject({ userId: 'user_1' });
  }
  const cached = events.flatMap((event) => (event.type === 'verified' ? [event.fromCache] : []));
  expect(cached).toEqual([false, true, true, true]);
});
