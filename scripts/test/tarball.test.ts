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

test('accepts what is built, its sources and its papers', () => {
  writePackage(good);
  expect(inspectTarball(folder, '1.0.0')).toEqual([]);
});

test.each([
  ['a test', [...good, 'src/auth.test.ts'], {}, 'src/auth.test.ts must not ship'],
  ['a file from elsewhere', [...good, '.env'], {}, '.env must not ship'],
  ['a left-over of an old build', [...good, 'dist/old.js'], {}, 'dist/old.js has no source any more'],
  ['a missing licence', good.slice(1), {}, 'LICENSE is missing'],
  ['a workspace range', good, { dependencies: { '@torii/core': 'workspace:*' } }, '@torii/core is still workspace:*'],
  ['a catalog range', good, { peerDependencies: { koa: 'catalog:' } }, 'koa is still catalog:'],
  ['a version of its own', good, { version: '1.0.1' }, 'version is 1.0.1, and 1.0.0 in the other packages'],
])('refuses %s', (_name, files, manifest, message) => {
  writePackage(files, manifest);
  expect(inspectTarball(folder, '1.0.0')).toEqual([expect.stringContaining(message)]);
});

function writePackage(files: readonly string[], manifest: object = {}): void {
  for (const file of files) writeFile(file, '');
  writeFile('package.json', JSON.stringify({ name: '@torii/core', version: '1.0.0', ...manifest }));
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
