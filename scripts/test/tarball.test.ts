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
  ['a missing license', good.slice(1), {}, 'LICENSE'],
  ['a workspace range', good, { dependencies: { '@torii/core': 'workspace:*' } }, '@torii/core'],
  ['a catalog range', good, { peerDependencies: { koa: 'catalog:' } }, 'koa'],
  ['a version that differs from the other packages', good, { version: '1.0.1' }, '1.0.1'],
])('refuses %s, and names it', (_name, files, manifest, what) => {
  writePackage(files, manifest);
  expect(inspectTarball(folder, '1.0.0')).toEqual([expect.stringContaining(what)]);
});

function writePackage(files: readonly string[], manifest: object = {}): void {
  for (const file of files) writeFile(file, '');
  writeFile('package.json', JSON.stringify({ name: '@torii/core', version: '1.0.0', ...manifest }));
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
