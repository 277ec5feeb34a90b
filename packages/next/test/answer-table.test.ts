import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../../../scripts/workspace.ts';
import { rows, tableText } from './answer-table.ts';

test('the documentation has the table that the tests compare with real servers', () => {
  expect(readFileSync(join(repository, 'docs', 'next-answers.md'), 'utf8')).toContain(tableText());
});

test('each way to ask is in the table once for each visitor', () => {
  const names = rows.map(({ kind, visitor }) => `${kind}, ${visitor}`);
  expect(names).toEqual([...new Set(names)]);
  expect(names).toHaveLength(7 * 3);
});
