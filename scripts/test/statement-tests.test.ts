import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { citedIn, listStatements, pagePath, readCitations, replaceList } from '../statement-tests.ts';
import { repository } from '../workspace.ts';

const page = readFileSync(pagePath, 'utf8');
const numbers = listStatements(page);
const citing = readCitations();

test('the list of tests is up to date', () => {
  expect(replaceList(page, citing)).toBe(page);
});

test('every statement has a test, and every cited number is a statement', () => {
  expect(numbers).toEqual([...new Set(numbers)]);
  expect([...citing.keys()].sort((a, b) => a - b)).toEqual(numbers);
});

test('finds the numbers in titles of tests, and in scenarios', () => {
  expect([...citedIn("test('[13, 14] a'); test('30: b'); test('c (statements 2 and 3)'); ")]).toEqual([
    13, 14, 30, 2, 3,
  ]);
  expect([...citedIn("test.each([301, 302])('31: d', () => undefined); const statements: [4, 5] = 0;")]).toEqual([
    31, 4, 5,
  ]);
  expect([...citedIn("expect(list).toEqual('[1]'); const time = '12: 30';")]).toEqual([]);
});

test('a page without the place of the list is named', () => {
  expect(() => replaceList(page.replace('end: tests', 'end'), citing)).toThrow('docs/statements.md has no markers');
});

test('the security model names every statement, in the table of an attacker', () => {
  const model = readFileSync(join(repository, 'docs', 'security-model.md'), 'utf8');
  const named = [...model.matchAll(/^\| .+ \| .+ \| ([\d, ]+) \|$/gm)].flatMap(([, list = '']) =>
    list.split(', ').map(Number),
  );
  expect([...new Set(named)].sort((a, b) => a - b)).toEqual(numbers);
});
