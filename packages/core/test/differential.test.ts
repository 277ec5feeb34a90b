import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createVerifier } from '../src/index.ts';
import { nowSeconds } from './differential/members.ts';
import { statements } from './differential/statements.ts';
import { compareWithJose, Tally } from './differential/verdict.ts';

// jose is the referee, as in referee.test.ts: there on tokens that somebody thought of, here on those that nobody did.

/** The edge runtime has its own file for signatures and nothing else, and shares two processors with the rest. */
const isEdge = 'EdgeRuntime' in globalThis;
const [seed, numRuns] = isEdge ? [2, 20_000] : [1, 110_000];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: nowSeconds * 1000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('of many generated tokens we accept what jose accepts, but for what a statement forbids', {
  timeout: 600_000,
}, async () => {
  const tally = new Tally();
  expect(await compareWithJose(createVerifier, { seed, numRuns, tally })).toBeUndefined();
  console.log(tally.describe());
  expect(tally.distinct).toBeGreaterThanOrEqual(isEdge ? 15_000 : 100_000);
  expect(tally.count('both accept')).toBeGreaterThan(numRuns / 50);
  // A reason that no token meets is a reason that nobody tests.
  for (const statement of statements) expect(tally.count(statement), statement.says).toBeGreaterThan(0);
});
