import { expect, test } from 'vitest';
import * as revocation from '../src/index.ts';

test('exports these names and no others', () => {
  expect(Object.keys(revocation).sort()).toEqual([
    'ToriiConfigError',
    'ToriiError',
    'ToriiRevocationError',
    'createRevocations',
    'memoryFeed',
    'pollFeed',
    'sharedRevocations',
  ]);
});
