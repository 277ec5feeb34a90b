import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../src/options/nearest-name.ts';

const known = ['issuer', 'audience', 'environmentId', 'clockTolerance', 'maxStaleSeconds', 'keys', 'key', 'to'];

test.each([
  ['a missing letter', 'isuer', 'issuer'],
  ['an additional letter', 'isssuer', 'issuer'],
  ['another letter', 'audiense', 'audience'],
  ['two letters swapped', 'audeince', 'audience'],
  ['two mistakes', 'clokTolerence', 'clockTolerance'],
  ['a swap and a letter left out', 'cloctKoleranc', 'clockTolerance'],
  ['two swaps', 'lcockTolerancee', 'clockTolerance'],
  ['another case', 'Audience', 'audience'],
  ['underscores', 'clock_tolerance', 'clockTolerance'],
  ['the name of a variable', 'MAX_STALE_SECONDS', 'maxStaleSeconds'],
  ['a variable with a mistake', 'MAX_STALE_SECOND', 'maxStaleSeconds'],
  ['the plural', 'issuers', 'issuer'],
  ['a longer name', 'environment', 'environmentId'],
  ['the nearer of two', 'keyz', 'keys'],
  ['a name itself', 'key', 'key'],
  ['three mistakes', 'odiance', undefined],
  ['something else', 'leeway', undefined],
  ['something short', 'aud', undefined],
  ['two letters of which none is right', 'xq', undefined],
  ['nothing', '', undefined],
  ['a property of every object', 'constructor', undefined],
])('%s: %s', (_kind, name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test('finds exactly the names within two edits, like the textbook algorithm', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(word, word, (name, other) => {
      const isNear = distance(name, other) <= 2;
      expect(nearestName(name, [other])).toBe(isNear ? other : undefined);
    }),
    { numRuns: 2_000 },
  );
});

test('a name of a megabyte is compared quickly', () => {
  for (const letter of ['x', 'i', '_']) expect(nearestName(letter.repeat(1_000_000), known)).toBeUndefined();
});

/** The textbook algorithm: Damerau-Levenshtein, optimal string alignment, with a table. */
function distance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) => [i, ...new Array<number>(other.length).fill(0)]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let j = 1; j <= other.length; j++) rows[0]?.splice(j, 1, j);
  for (let i = 1; i <= one.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      rows[i]?.splice(j, 1, isSwap ? Math.min(least, at(i - 2, j - 2) + 1) : least);
    }
  }
  return at(one.length, other.length);
}
