import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createVerifier } from '../src/index.ts';
import { nowSeconds } from './differential/members.ts';
import { statements } from './differential/statements.ts';
import { compareWithJose, Tally } from './differential/verdict.ts';

// Compares this package with jose, like referee.test.ts, but on generated tokens.

/** Only signature verification differs in the edge runtime, so fewer tokens are enough. */
const isEdge = 'EdgeRuntime' in globalThis;
const [seed, numRuns] = isEdge ? [2, 20_000] : [1, 110_000];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: nowSeconds * 1000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('accepts the generated tokens that jose accepts, except those that a statement forbids', {
  timeout: 600_000,
}, async () => {
  const tally = new Tally();
  expect(await compareWithJose(createVerifier, { seed, numRuns, tally })).toBeUndefined();
  console.log(tally.describe());
  expect(tally.distinct).toBeGreaterThanOrEqual(isEdge ? 15_000 : 100_000);
  expect(tally.count('both accept')).toBeGreaterThan(numRuns / 50);
  // A statement that no token violates is not tested.
  for (const statement of statements) expect(tally.count(statement), statement.says).toBeGreaterThan(0);
});
