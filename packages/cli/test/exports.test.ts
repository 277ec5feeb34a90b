import { expect, test } from 'vitest';
import * as cli from '../src/index.ts';

test('exports only these names', () => {
  expect(Object.keys(cli)).toEqual(['runTorii']);
});
