// Tests the import rules of biome.json, which package.json files and check-layers cannot express.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../workspace.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'torii-lint-'));
  copyFileSync(join(repository, 'biome.json'), join(root, 'biome.json'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['a Node builtin in core', 'core/src/time/clock.ts', "import 'node:fs';", 'noNodejsModules'],
  ['process in core', 'core/src/time/clock.ts', 'export const id = process.env;', 'noRestrictedGlobals'],
  ['jose in core', 'core/src/token/verify.ts', "import 'jose';", 'noRestrictedImports'],
  ['a subpath of jose in core', 'core/src/token/verify.ts', "import 'jose/jwt/verify';", 'noRestrictedImports'],
  ['a development dependency', 'express/src/index.ts', "import '@torii/emulator';", 'noUndeclaredDependencies'],
  ['a default export', 'express/src/index.ts', 'export default 1;', 'noDefaultExport'],
  ['an enum', 'express/src/index.ts', 'export enum Color { Red }', 'noEnum'],
  ['any', 'express/src/index.ts', 'export let x: any;', 'noExplicitAny'],
])('refuses %s', (_name, path, code, rule) => {
  expect(lint(path, code)).toContain(rule);
});

test.each([
  ['jwt/ import jose', 'core/src/jwt/index.ts', "import 'jose';"],
  ['an adapter import core', 'express/src/index.ts', "import '@torii/core';"],
  [
    'a test import development dependencies and Node builtins',
    'express/test/index.test.ts',
    "import '@torii/emulator';\nimport 'node:fs';",
  ],
])('lets %s', (_name, path, code) => {
  expect(lint(path, code)).toBe('');
});

/** Returns the names of the rules that the code violates. */
function lint(path: string, code: string): string {
  const folder = join(root, 'packages', path, '..', '..');
  mkdirSync(join(root, 'packages', path, '..'), { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ dependencies: { '@torii/core': '*', jose: '*' }, devDependencies: { '@torii/emulator': '*' } }),
  );
  writeFileSync(join(root, 'packages', path), `${code}\n`);
  const { stdout, stderr } = spawnSync('biome', ['lint', '--vcs-enabled=false', '--error-on-warnings', 'packages'], {
    cwd: root,
    encoding: 'utf8',
  });
  return Array.from(`${stdout}${stderr}`.matchAll(/lint\/\w+\/(\w+)/g), ([, rule]) => rule).join(' ');
}
