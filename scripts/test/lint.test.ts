// Tests the rules of biome.json about imports and globals, which package.json files and check-layers cannot express.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repository } from '../workspace.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'torii-lint-'));
  for (const file of ['biome.json', 'scripts/platform.grit']) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(repository, file), join(root, file));
  }
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

const platformReads = [
  'export const a = Date.now();',
  'export const b = new Date();',
  'export const c = Date();',
  'export const { now } = Date;',
  'export const d = (nowMs = Date.now()) => nowMs;',
  'export const e = performance.now();',
  'export const { performance: clock } = globalThis;',
  'export const f = setTimeout(() => {}, 1);',
  'export const g = setInterval(() => {}, 1);',
  'export const h = globalThis.setImmediate(() => {});',
  'export const i = queueMicrotask;',
  'export const j = AbortSignal.timeout(1);',
  'export const k = Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  'export const l = new MessageChannel();',
  'export const m = Math.random();',
  'export const n = crypto.randomUUID();',
  'export const o = crypto.getRandomValues(new Uint8Array(1));',
  "export const p = globalThis.fetch('https://example.com');",
  "export const q = globalThis['fetch'];",
  "export const r = Reflect.get(globalThis, 'setImmediate');",
  "export { setTimeout as s } from 'node:timers/promises';",
  "export { performance as t } from 'node:perf_hooks';",
  "export { randomBytes as u } from 'node:crypto';",
  "export { get as v } from 'node:https';",
];

test.each(['api', 'authz', 'core', 'streams'])('refuses time, timers, randomness and network in %s', (name) => {
  const found = reported(`${name}/src/clock.ts`, platformReads);
  expect(platformReads.filter((code) => !found.has(code))).toEqual([]);
  expect(lint(`${name}/src/clock.ts`, "export const a = () => fetch('https://example.com');")).toBe(
    'noRestrictedGlobals',
  );
});

test.each([
  ['the file that the simulation replaces', 'core/src/platform.ts'],
  ['the connection to NATS', 'streams/src/nats/store.ts'],
  ['an adapter', 'express/src/index.ts'],
  ['a test', 'core/test/clock.test.ts'],
])('lets %s read the platform', (_name, path) => {
  expect(lint(path, 'export const a = Date.now();\nexport const b = setTimeout(() => {}, Math.random());')).toBe('');
});

test.each([
  ['read a date from text', "export const a = Date.parse('2026-11-30T00:00:00Z');"],
  ['make a date of a number', 'export const a = new Date(0);'],
  ['call a given fetch', 'export const load = (fetch: () => void): void => fetch();'],
  ['name the type of fetch', 'export type Fetch = typeof globalThis.fetch;'],
  ['check a signature', "export const a = crypto.subtle.digest('SHA-256', new Uint8Array());"],
])('lets core %s', (_name, code) => {
  expect(lint('core/src/token/verify.ts', code)).toBe('');
});

/** Returns the names of the rules that the code violates. */
function lint(path: string, code: string): string {
  return [...new Set(problems(path, code).map(({ rule }) => rule))].join(' ');
}

/** Returns the lines that violate a rule. */
function reported(path: string, lines: readonly string[]): ReadonlySet<string | undefined> {
  return new Set(problems(path, lines.join('\n')).map(({ line }) => lines[line - 1]));
}

function problems(path: string, code: string): readonly { readonly line: number; readonly rule: string }[] {
  const file = join(root, 'packages', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    join(dirname(file), '..', 'package.json'),
    JSON.stringify({ dependencies: { '@torii/core': '*', jose: '*' }, devDependencies: { '@torii/emulator': '*' } }),
  );
  writeFileSync(file, `${code}\n`);
  const { stdout, stderr } = spawnSync(
    'biome',
    ['lint', '--vcs-enabled=false', '--error-on-warnings', '--max-diagnostics=none', 'packages'],
    { cwd: root, encoding: 'utf8' },
  );
  const found = `${stdout}${stderr}`.matchAll(/:(\d+):\d+ (?:lint\/\w+\/(\w+)|plugin)/g);
  return Array.from(found, ([, line, rule = 'platform']) => ({ line: Number(line), rule }));
}
