import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from '../../../scripts/workspace.ts';
import { fileBlocks, readmeBlocks } from './readme-blocks.ts';

const fence = (text: string) => `Text.\n\n\`\`\`ts\n${text}\n\`\`\`\n`;

test('the README has the files of an app that signs users in and out', () => {
  expect(readmeBlocks().map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '.env.local',
      'torii-options.ts',
      'torii.ts',
      'proxy.ts',
      'session.tsx',
      'app/layout.tsx',
      'app/notes/page.tsx',
      'app/sign-in/page.tsx',
      'app/api/me/route.ts',
      'app/api/torii/token/route.ts',
      'app/%5Ftorii/[...path]/route.ts',
    ]),
  );
});

const pages = ['packages/next/README.md', 'docs/react-provider.md'];

test.each(pages)('files of %s import each other in a project with any import alias, or without one', (page) => {
  const files = new Set([...readmeBlocks(), ...blocksOf(page)].map(({ path }) => path.replace(/\.tsx?$/, '')));
  const imports = blocksOf(page).flatMap(({ path, code }) =>
    [...code.matchAll(/from '([^']+)'/g)].map(([, name = '']) =>
      name.startsWith('.') ? join(path, '..', name) : name,
    ),
  );
  expect(imports.filter((name) => !files.has(name) && !/^(?:@torii\/|next\b|react$|…$)/.test(name))).toEqual([]);
});

describe('the files that torii init writes', () => {
  const app = join(repository, 'examples', 'start', 'next-app');
  const own = ['torii-options.ts', 'app/layout.tsx'];
  const inBoth = readmeBlocks().filter(({ path }) => existsSync(join(app, path)) && !own.includes(path));

  test('are those of the README', () => {
    expect(inBoth.length).toBeGreaterThan(6);
    for (const { path, code } of inBoth) expect([path, code]).toEqual([path, readFileSync(join(app, path), 'utf8')]);
  });

  test('are the same for both routers', () => {
    const pages = join(app, '..', 'next-pages');
    const paths = globSync('**/*.{ts,tsx,mts}', { cwd: pages, exclude: ['node_modules', '.next'] });
    const shared = paths.filter((path) => existsSync(join(app, path)) && !/^test|^next/.test(path));
    expect(shared.length).toBeGreaterThan(5);
    for (const path of shared)
      expect([path, readFileSync(join(pages, path), 'utf8')]).toEqual([path, readFileSync(join(app, path), 'utf8')]);
  });
});

// Linters of new projects report a button without it, because it would send a form that is around it.
test.each(pages)('buttons in the files of %s have a type', (page) => {
  const buttons = blocksOf(page).flatMap(({ code }) =>
    [...code.matchAll(/<button\b[^\n]{0,14}/g)].map(([start]) => start),
  );
  expect(buttons).not.toEqual([]);
  expect(buttons.filter((start) => !start.startsWith('<button type="button"'))).toEqual([]);
});

test('a block is a file if it begins with a path, and other blocks and comments are not', () => {
  const blocks = fileBlocks(
    [
      fence('// app/a/page.tsx, on Node\nexport const a = 1;'),
      fence('const b = 1;\n// app/b/page.tsx'),
      fence('// A sentence about app/c/page.tsx\nconst c = 1;'),
      fence('# not a path\nd'),
      `<!-- not pasted: another way -->\n${fence('// app/e/page.tsx\ne').slice(7)}`,
    ].join('\n'),
  );
  expect(blocks).toEqual([{ path: 'app/a/page.tsx', remark: ', on Node', code: 'export const a = 1;\n' }]);
});

test('two blocks for one file are a mistake of the README', () => {
  expect(() => fileBlocks(fence('// a.ts\n1') + fence('// a.ts\n2'))).toThrow('a.ts');
});

function blocksOf(page: string) {
  return fileBlocks(readFileSync(join(repository, page), 'utf8'));
}
