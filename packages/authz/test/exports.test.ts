import { expect, test } from 'vitest';
import * as authz from '../src/index.ts';

test('exports these names and no others', () => {
  expect(Object.keys(authz).sort()).toEqual([
    'ToriiConfigError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiRequestError',
    'ToriiUnavailableError',
    'allOf',
    'anyOf',
    'createAuthz',
    'lintPermissions',
    'not',
  ]);
});
