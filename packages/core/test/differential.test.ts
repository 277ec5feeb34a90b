import { test } from 'vitest';
import { expectAgreement } from './differential/agreement.ts';

// Compares this package with jose, like referee.test.ts, but on generated tokens. A matrix test compares more of them. The
// matrix test of sabotage shows that 20,000 tokens are enough to find each check that is missing.

/** Only signature verification differs in the edge runtime, so fewer tokens are enough. */
const run = 'EdgeRuntime' in globalThis ? { seed: 2, numRuns: 5_000 } : { seed: 3, numRuns: 20_000 };

test('accepts the generated tokens that jose accepts, except those that a statement forbids', () =>
  expectAgreement(run));
