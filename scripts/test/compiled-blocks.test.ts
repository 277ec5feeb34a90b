import { expect, test } from 'vitest';
import { findSyntaxProblems } from '../block-syntax.ts';
import { type CodeBlock, placeBlocks } from '../compiled-blocks.ts';

function block(code: string, line = 3, language = 'ts'): CodeBlock {
  return { path: 'docs/page.md', language, line, code, preamble: undefined };
}

test('a block that begins with a path is this file in the app of its page', () => {
  const files = placeBlocks([block('// src/a.ts'), block("import './src/a.ts';", 9)]).map(({ file }) => file);
  expect(files).toEqual(['node/docs-page.md/src/a.ts', 'node/docs-page.md/9.ts']);
});

test('a second block with the path of an earlier one is a file next to it', () => {
  const files = placeBlocks([block('// src/a.ts'), block('// src/a.ts', 9)]).map(({ file }) => file);
  expect(files).toEqual(['node/docs-page.md/src/a.ts', 'node/docs-page.md/src/a.9.ts']);
});

test('a path that leads out of the app names no file', () => {
  expect(placeBlocks([block('// ../a.ts')])[0]?.file).toBe('node/docs-page.md/3.ts');
});

test('all blocks of a page about Next are compiled as Next does', () => {
  const files = placeBlocks([block('// torii.ts'), block("import { torii } from '@/torii';", 9)]).map(
    ({ file }) => file,
  );
  expect(files).toEqual(['next/docs-page.md/torii.ts', 'next/docs-page.md/9.ts']);
});

test.each([
  ['json', '{ "a": 1, }', '{ "a": 1 }'],
  ['yaml', 'a: [1', 'a: [1]'],
  ['sh', "echo 'a", "echo 'a'"],
  ['js', 'const a = ;', "import a from 'a';"],
  ['cjs', "import a from 'a';", "const a = require('a');"],
])('finds a block of %s that cannot be parsed', (language, wrong, right) => {
  expect(findSyntaxProblems([block(wrong, 3, language), block(right, 9, language)])).toEqual([
    expect.stringMatching(/^docs\/page\.md:3: /),
  ]);
});
