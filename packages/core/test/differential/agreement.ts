import { expect, onTestFinished, vi } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { nowSeconds } from './members.ts';
import { statements } from './statements.ts';
import { compareWithJose, Tally } from './verdict.ts';

/** Compares this package with jose on generated tokens, and prints how often they agree. */
export async function expectAgreement({ seed, numRuns }: { seed: number; numRuns: number }): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: nowSeconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
  const tally = new Tally();
  expect(await compareWithJose(createVerifier, { seed, numRuns, tally })).toBeUndefined();
  console.log(tally.describe());
  // The generator may repeat a token.
  expect(tally.distinct).toBeGreaterThanOrEqual(numRuns * 0.95);
  expect(tally.count('both accept')).toBeGreaterThan(numRuns / 50);
  // A statement that no token violates is not tested.
  for (const statement of statements) expect(tally.count(statement), statement.says).toBeGreaterThan(0);
}
