import { expect, test } from 'vitest';
import { rewriteLinks } from '../src/links.ts';
import { findCode, replaceOutsideCode } from '../src/markdown-code.ts';

const pages = new Map([
  ['docs/tokens.md', '/tokens'],
  ['packages/core/README.md', '/packages/core'],
]);
const targets = (repositoryUrl?: string) => ({ addressOf: (path: string) => pages.get(path), repositoryUrl });
const rewrite = (markdown: string, repositoryUrl?: string) =>
  rewriteLinks(markdown, 'docs/decisions/x.md', targets(repositoryUrl));

test.each([
  ['[tokens](../tokens.md)', '[tokens](/tokens)'],
  ['[tokens](../tokens.md#claims)', '[tokens](/tokens#claims)'],
  ['[`core`](../../packages/core/README.md)', '[`core`](/packages/core)'],
  ['[two\nlines](../tokens.md)', '[two\nlines](/tokens)'],
  ['[here](#below)', '[here](#below)'],
  ['[out](https://example.com/a.md)', '[out](https://example.com/a.md)'],
  ['![a chart](../performance.svg)', '![a chart](/performance.svg)'],
  ['`[code](../tokens.md)`', '`[code](../tokens.md)`'],
  ['```\n[code](../tokens.md)\n```', '```\n[code](../tokens.md)\n```'],
])('rewrites %j to %j', (markdown, expected) => {
  expect(rewrite(markdown)).toBe(expected);
});

test('a link to a file that is no page leads to the repository', () => {
  expect(rewrite('[the bounds](../../packages/core/src/bounds.ts#L3)', 'https://code.example/o/n')).toBe(
    '[the bounds](https://code.example/o/n/blob/main/packages/core/src/bounds.ts#L3)',
  );
});

test('without an address of the repository, a link to a file becomes text and the path as code', () => {
  expect(rewrite('See [the bounds](../../packages/core/src/bounds.ts).')).toBe(
    'See the bounds (`packages/core/src/bounds.ts`).',
  );
  expect(rewrite('See [`src/bounds.ts`](../../packages/core/src/bounds.ts).')).toBe(
    'See `packages/core/src/bounds.ts`.',
  );
});

test('finds fenced blocks, and spans with one or more backticks', () => {
  const markdown = 'a `b` ``c ` d``\n```ts\ne `f\n```\ng `h`';
  const found = findCode(markdown).map(({ start, end }) => markdown.slice(start, end));
  expect(found).toEqual(['```ts\ne `f\n```\n', '`b`', '``c ` d``', '`h`']);
  expect(replaceOutsideCode('x `x` x', /x/g, () => 'y')).toBe('y `x` y');
});
