import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenCache, type VerifiedToken } from '../src/token/token-cache.ts';

const verified = { auth: { raw: {} } } as VerifiedToken;
const maxEntries = 8;
const names = Array.from(
  { length: 14 },
  (_, index) => `header.claims.signature-of-token-${String(index).padStart(2, '0')}-`,
);

const action = fc.record({
  // Mostly `add`, so that the cache is usually full.
  do: fc.constantFrom('add', 'add', 'add', 'add', 'drop', 'dropOldest'),
  token: fc.constantFrom(...names),
});

test('drops the oldest entry first, whatever was added and removed before', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const cache = new TokenCache(maxEntries);
      let kept: string[] = [];
      for (const { do: name, token } of actions) {
        if (name === 'dropOldest') {
          cache.dropOldest();
          kept.shift();
          continue;
        }
        kept = kept.filter((other) => other !== token);
        if (name === 'drop') {
          cache.drop(token);
          continue;
        }
        cache.add(token, verified);
        kept = [...kept, token].slice(-maxEntries);
        expect(names.filter((each) => cache.get(each) !== undefined).sort()).toEqual([...kept].sort());
        expect(cache.size).toBe(kept.length);
      }
      for (let left = kept.length; left > 0; left--) cache.dropOldest();
      expect([cache.size, cache.bytes]).toEqual([0, 0]);
    }),
    { seed: 19, numRuns: 300 },
  );
});

test('drops tokens with the same end too, also after the first of them is gone', () => {
  const cache = new TokenCache(maxEntries);
  const [first, second, other] = ['header.a.same-signature', 'header.b.same-signature', 'header.a.other-signature'];
  for (const token of [first, second]) cache.add(token, verified);
  cache.drop(first);
  expect(cache.get(second)).toMatchObject({ token: second });
  cache.dropOldest();
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
  // The claims count as more than the cache may hold together with another token.
  const large = { auth: { raw: { list: Array.from({ length: 975 }, () => 0) } } } as unknown as VerifiedToken;
  for (const token of [first, second]) cache.add(token, verified);
  cache.drop(first);
  cache.add(other, large);
  expect([first, second, other].filter((token) => cache.get(token))).toEqual([other]);
});
