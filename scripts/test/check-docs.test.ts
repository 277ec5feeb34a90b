import { expect, test } from 'vitest';
import { readPage } from '../check-docs.ts';

test('returns the TypeScript blocks and their lines', () => {
  const page = readPage(['# Title', '', '```ts', 'const a = 1;', '```', '', '```sh', 'npm test', '```'].join('\n'));
  expect(page.blocks).toEqual([
    { language: 'ts', line: 4, code: 'const a = 1;', excuse: undefined, preamble: undefined, source: undefined },
  ]);
});

test('recognizes a TSX block, a block with attributes, and an indented block', () => {
  const page = readPage('```tsx\n1\n```\n```ts title="a.ts"\n2\n```\n- item\n  ```ts\n  3\n  ```');
  expect(page.blocks.map(({ language, code }) => [language, code.trim()])).toEqual([
    ['tsx', '1'],
    ['ts', '2'],
    ['ts', '3'],
  ]);
});

test('excludes only the block after the comment', () => {
  const page = readPage('<!-- not compiled: half of a class -->\n\n```ts\n1\n```\n```ts\n2\n```');
  expect(page.blocks.map((block) => block.excuse)).toEqual(['half of a class', undefined]);
});

test('does not exclude a block if the reason is missing, or if text follows the comment', () => {
  const page = readPage('<!-- not compiled -->\n```ts\n1\n```\n<!-- not compiled: x -->\nWords.\n```ts\n2\n```');
  expect(page.blocks.map((block) => block.excuse)).toEqual([undefined, undefined]);
});

test('returns the links to files and headings, without those in code', () => {
  const page = readPage(
    'See [a](a.md), [b](../b.md#part), ![c](c.png), [d](https://example.com), [e](#e), `[f](f.md)`.\n```ts\n[g](g.md)\n```',
  );
  expect(page.links.map((link) => link.target)).toEqual(['a.md', '../b.md#part', 'c.png', '#e']);
});

test('refuses a code block that is never closed', () => {
  expect(() => readPage('# Title\n```ts\n1')).toThrow('line 2');
});

test('returns the blocks of other languages, and the code that a block is compiled with', () => {
  const page = readPage(
    '```json\n{}\n```\n<!-- compiled with: declare const a: 1; -->\n```ts\na;\n```\n```ts\nb;\n```\n',
  );
  expect(page.others.map(({ language, code }) => [language, code])).toEqual([['json', '{}']]);
  expect(page.blocks.map(({ preamble }) => preamble)).toEqual(['declare const a: 1;', undefined]);
});
