import { expect, test } from 'vitest';
import { readFirstExample, toCommonJs } from './first-example.ts';

const inNode = [
  ...['api', 'authz', 'core', 'express', 'fastify', 'hono', 'koa', 'revocation', 'streams'].map(
    (name) => [`packages/${name}/README.md`, 'First example'] as const,
  ),
  ['README.md', 'Express'] as const,
];
const all = [
  ...inNode,
  ['packages/emulator/README.md', 'Test your app with it'],
  ['packages/next/README.md', 'First example'],
] as const;

test.each(all)('the first example of %s, %s, imports only what the page installs', (page, section) => {
  const { installs, code } = readFirstExample(page, section);
  const installed = installs.join(' ').split(' ');
  const imported = importsOf(code);
  expect(imported.length).toBeGreaterThan(0);
  // A package manager may install a missing peer dependency, but an app of pnpm or yarn could not import it.
  expect(imported.filter((name) => !name.startsWith('node') && !installed.includes(name))).toEqual([]);
});

test.each(inNode)('the first example of %s, %s, comes with the types of its imports', (page, section) => {
  const { code, types = '' } = readFirstExample(page, section);
  const typed = importsOf(code).filter((name) => ['express', 'koa'].includes(name));
  const wanted = ['typescript', '@types/node', ...typed.map((name) => `@types/${name}`)];
  expect(types.split(' ')).toEqual(expect.arrayContaining(wanted));
});

test('a module becomes CommonJS', () => {
  const code = "import a from 'a';\nimport { b, c } from 'b';\n";
  const required = "const a = require('a');\nconst { b, c } = require('b');\n";
  expect(toCommonJs(`${code}a(b, c);`)).toBe(`${required}a(b, c);`);
  expect(toCommonJs(`${code}await a(b, c);`)).toBe(`${required}(async () => {\nawait a(b, c);\n})();`);
});

function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)[^']*'/g)].map(([, name]) => String(name));
}
