import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listQuestions } from '../../conformance/src/questions.ts';
import { pagePath } from '../conformance-table.ts';

const page = readFileSync(pagePath, 'utf8');

test('docs/conformance.md has every case, and no case that failed', () => {
  const [, cases = ''] = page.split('## Cases');
  const listed = [...cases.matchAll(/^\| (.+?) \| \d* \|/gm)].map(([, title]) => title);
  const titles = new Set(listQuestions().map(({ title }) => title.replaceAll('|', '\\|')));
  // If this fails, run `npm run conformance`.
  expect(listed.toSorted()).toEqual([...titles].toSorted());
  expect(cases).not.toContain('✗');
});
