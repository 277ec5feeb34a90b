import { expect, test } from 'vitest';
import { readPage } from '../check-docs.ts';

test('takes out the TypeScript blocks and where they stand', () => {
  const page = readPage(['# Title', '', '```ts', 'const a = 1;', '```', '', '```sh', 'npm test', '```'].join('\n'));
  expect(page.blocks).toEqual([{ language: 'ts', line: 4, code: 'const a = 1;', excuse: undefined }]);
});

test('knows a block of JSX, one with words after its language, and an indented one', () => {
  const page = readPage('```tsx\n1\n```\n```ts title="a.ts"\n2\n```\n- item\n  ```ts\n  3\n  ```');
  expect(page.blocks.map(({ language, code }) => [language, code.trim()])).toEqual([
    ['tsx', '1'],
    ['ts', '2'],
    ['ts', '3'],
  ]);
});

test('excuses only the block that follows the comment', () => {
  const page = readPage('<!-- not compiled: half of a class -->\n\n```ts\n1\n```\n```ts\n2\n```');
  expect(page.blocks.map((block) => block.excuse)).toEqual(['half of a class', undefined]);
});

test('does not excuse a block without a reason, or with a sentence between', () => {
  const page = readPage('<!-- not compiled -->\n```ts\n1\n```\n<!-- not compiled: x -->\nWords.\n```ts\n2\n```');
  expect(page.blocks.map((block) => block.excuse)).toEqual([undefined, undefined]);
});

test('takes out the links to files, and no others', () => {
  const page = readPage(
    'See [a](a.md), [b](../b.md#part), ![c](c.png), [d](https://example.com), [e](#e), `[f](f.md)`.\n```ts\n[g](g.md)\n```',
  );
  expect(page.links.map((link) => link.target)).toEqual(['a.md', '../b.md#part', 'c.png']);
});

test('fails a fence that nothing closes', () => {
  expect(() => readPage('# Title\n```ts\n1')).toThrow('line 3');
});
