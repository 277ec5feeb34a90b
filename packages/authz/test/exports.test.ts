import { expect, test } from 'vitest';
import * as authz from '../src/index.ts';

test('exports what its users rely on, and no more', () => {
  expect(Object.keys(authz).sort()).toEqual(['allOf', 'anyOf', 'createAuthz', 'lint', 'not']);
});
