import { expect, test } from 'vitest';
import * as authz from '../src/index.ts';

test('exports these names and no others', () => {
  expect(Object.keys(authz).sort()).toEqual(['allOf', 'anyOf', 'createAuthz', 'lintPermissions', 'not']);
});
