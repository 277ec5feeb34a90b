import { expect, test } from 'vitest';
import * as cli from '../src/index.ts';

test('exports these names and no others', () => {
  expect(Object.keys(cli)).toEqual(['runTorii']);
});
