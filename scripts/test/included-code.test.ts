import { expect, test } from 'vitest';
import { readPage } from '../check-docs.ts';
import { includeCode } from '../included-code.ts';

const file = [
  'const a = 1;',
  '  // #region b',
  '  const b = 2;',
  '',
  '    b();',
  '  // #endregion',
  'const c = 3;',
  '',
];
const readFile = (path: string): string => {
  if (path !== 'src/a.ts') throw new Error(`${path} does not exist`);
  return file.join('\n');
};
const page = (...lines: readonly string[]): string => ['# Page', '', ...lines, '', 'Words.'].join('\n');

test('copies a whole file, without the lines that mark regions', () => {
  const found = includeCode(page('<!-- from src/a.ts -->', '```ts', 'old', '```'), readFile);
  const code = ['const a = 1;', '  const b = 2;', '', '    b();', 'const c = 3;'];
  expect(found).toBe(page('<!-- from src/a.ts -->', '```ts', ...code, '```'));
});

test('copies a region, without its indent', () => {
  const found = includeCode(page('<!-- from src/a.ts#b -->', '', '```ts', '```'), readFile);
  expect(found).toBe(page('<!-- from src/a.ts#b -->', '', '```ts', 'const b = 2;', '', '  b();', '```'));
});

test('changes nothing if it is called again, and no other block', () => {
  const other = page('<!-- from src/a.ts -->', '```ts', 'x', '```', '```ts', '<!-- from src/b.ts -->', 'y', '```');
  const once = includeCode(other, readFile);
  expect(includeCode(once, readFile)).toBe(once);
  expect(once).toContain('```ts\n<!-- from src/b.ts -->\ny\n```');
});

test.each([
  ['a file that does not exist', page('<!-- from src/b.ts -->', '```ts', '```'), 'src/b.ts does not exist'],
  ['a region that does not exist', page('<!-- from src/a.ts#c -->', '```ts', '```'), 'has no region "c"'],
  ['a region with the beginning of a name', page('<!-- from src/a.ts#B -->', '```ts', '```'), 'has no region "B"'],
  ['text before the block', page('<!-- from src/a.ts -->', 'Words.', '```ts', '```'), 'there is no code block'],
  ['no block', page('<!-- from src/a.ts -->'), 'there is no code block'],
  ['no block at the end', '<!-- from src/a.ts -->', 'there is no code block'],
])('refuses %s', (_name, markdown, message) => {
  expect(() => includeCode(markdown, readFile)).toThrow(message);
});

test('a copied block is compiled with its file, and not alone', () => {
  const { blocks } = readPage(page('<!-- from src/a.ts#b -->', '', '```ts', 'b();', '```', '```ts', 'c();', '```'));
  expect(blocks.map(({ source }) => source)).toEqual(['src/a.ts#b', undefined]);
});
