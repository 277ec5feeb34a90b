import { test } from 'vitest';
import { expectAgreement } from '../differential/agreement.ts';

// In the matrix, because it takes 20 seconds. `npm test` compares fewer tokens.

test('accepts 110,000 generated tokens that jose accepts, except those that a statement forbids', {
  timeout: 600_000,
}, async () => {
  await expectAgreement({ seed: 1, numRuns: 110_000 });
});
