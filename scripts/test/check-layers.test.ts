import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLayerProblems } from '../check-layers.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'torii-layers-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test('accepts what the table allows', () => {
  writePackage('core', {});
  writePackage('express', { dependencies: { '@torii/core': '*' }, peerDependencies: { express: '*' } });
  expect(findLayerProblems(root)).toEqual([]);
});

test.each([
  [
    'an adapter that imports another',
    'koa',
    { dependencies: { '@torii/express': '*' } },
    'koa may not import @torii/express',
  ],
  ['an adapter that verifies tokens itself', 'express', { dependencies: { jose: '*' } }, 'express may not import jose'],
  [
    'an emulator that trusts core',
    'emulator',
    { dependencies: { '@torii/core': '*' } },
    'emulator may not import @torii/core',
  ],
  ['a core that knows a framework', 'core', { peerDependencies: { koa: '*' } }, 'core may not import koa'],
  ['an optional dependency', 'core', { optionalDependencies: { keyv: '*' } }, 'core may not import keyv'],
  ['a framework that is not a peer', 'koa', { dependencies: { koa: '*' } }, 'koa belongs in peerDependencies'],
  ['a package that the table lacks', 'hono', {}, 'packages/hono is not in the table'],
])('refuses %s', (_name, room, manifest, message) => {
  writePackage(room, manifest);
  expect(findLayerProblems(root)).toEqual([expect.stringContaining(message)]);
});

test('names the page that explains a refusal', () => {
  writePackage('core', { dependencies: { express: '*' } });
  expect(findLayerProblems(root)).toEqual([expect.stringContaining('CONTRIBUTING.md, "Who may import whom"')]);
});

test('does not look at development dependencies', () => {
  writePackage('core', { devDependencies: { '@torii/emulator': '*', jose: '*' } });
  expect(findLayerProblems(root)).toEqual([]);
});

test.each(['utils.ts', 'helpers.tsx', 'keys/common.ts', 'shared.ts', 'types.ts', 'types.d.ts'])(
  'refuses a file called %s',
  (path) => {
    writePackage('core', {});
    writeFile(`packages/core/src/${path}`, '');
    expect(findLayerProblems(root)).toEqual([expect.stringContaining(`packages/core/src/${path}`)]);
  },
);

function writePackage(room: string, manifest: object): void {
  writeFile(`packages/${room}/package.json`, JSON.stringify({ name: `@torii/${room}`, ...manifest }));
  writeFile(`packages/${room}/src/index.ts`, '');
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
