import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pagePath, replaceTable } from '../frameworks-table.ts';

const page = readFileSync(pagePath, 'utf8');

test('the table of frameworks is up to date', () => {
  expect(replaceTable(page)).toBe(page);
});

test('a page without the place of the table is named', () => {
  expect(() => replaceTable(page.replace('end: frameworks', 'end'))).toThrow('docs/frameworks.md has no markers');
});

test('every row has a number of lines', () => {
  const numbers = [...page.matchAll(/^\| [^|]+ \| [^|]+ \| (\d+) \|/gm)].map(([, lines]) => Number(lines));
  expect(numbers.length).toBe(page.match(/^\| (?!framework|---)/gm)?.length);
  expect(Math.min(...numbers)).toBeGreaterThan(0);
});
