import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectTarball } from '../tarball.ts';

const good = [
  'LICENSE',
  'README.md',
  'dist/index.js',
  'dist/index.js.map',
  'dist/index.d.ts',
  'dist/index.d.ts.map',
  'src/index.ts',
];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-tarball-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('accepts built files, sources, README and LICENSE', () => {
  writePackage(good);
  expect(inspectTarball(folder, '1.0.0')).toEqual([]);
});

test.each([
  ['a test', [...good, 'src/auth.test.ts'], {}, 'src/auth.test.ts'],
  ['an unrelated file', [...good, '.env'], {}, '.env'],
  ['a file of an old build', [...good, 'dist/old.js'], {}, 'dist/old.js'],
  ['a source map of an old build', [...good, 'dist/old.js.map'], {}, 'src/old.ts'],
  ['a missing license', good.slice(1), {}, 'LICENSE'],
  ['a workspace range', good, { dependencies: { '@torii/core': 'workspace:*' } }, '@torii/core'],
  ['a catalog range', good, { peerDependencies: { koa: 'catalog:' } }, 'koa'],
  ['a version that differs from the other packages', good, { version: '1.0.1' }, '1.0.1'],
])('refuses %s, and names it', (_name, files, manifest, what) => {
  writePackage(files, manifest);
  expect(inspectTarball(folder, '1.0.0')).toEqual([expect.stringContaining(what)]);
});

test('refuses a module that is in two files, and names it', () => {
  writePackage([...good, 'dist/jwt/index.js', 'dist/jwt/index.js.map']);
  writeFile('dist/jwt/index.js.map', JSON.stringify({ sources: ['../../src/index.ts'] }));
  expect(inspectTarball(folder, '1.0.0')).toEqual([expect.stringContaining('src/index.ts is in several files')]);
});

test('needs no source map for a file that only exports what other files contain', () => {
  writePackage([...good, 'dist/answer.js']);
  writeFile('dist/answer.js', 'import { a, b } from "./index.js";\nimport "./index.js";\n\nexport {\n\ta,\n\tb\n};\n');
  expect(inspectTarball(folder, '1.0.0')).toEqual([]);
});

/** A source map leads to the source file of the same name. */
function writePackage(files: readonly string[], manifest: object = {}): void {
  for (const file of files) writeFile(file, textOf(file));
  writeFile('package.json', JSON.stringify({ name: '@torii/core', version: '1.0.0', ...manifest }));
}

function textOf(file: string): string {
  const [, depth, name] = /^dist\/((?:\w+\/)*)(\w+)(?:\.d)?\.[jt]s\.map$/.exec(file) ?? [];
  if (name === undefined) return 'const a = 1;';
  return JSON.stringify({ sources: [`${'../'.repeat((depth ?? '').split('/').length)}src/${depth}${name}.ts`] });
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
