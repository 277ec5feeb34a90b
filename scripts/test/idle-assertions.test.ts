import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../workspace.ts';
import { findIdleAssertions } from './idle-assertions.ts';

test.each([
  [
    'a mock of the module that is read after all tests',
    'const seen = vi.fn();\nafterAll(() => expect(seen.mock.calls).toEqual([]));',
  ],
  [
    'a mock of a describe',
    'describe("x", () => {\n  const seen = vi.fn();\n  afterAll(() => { expect(seen).not.toHaveBeenCalled(); });\n});',
  ],
  ['a rejection that is not awaited', 'test("x", () => { expect(work()).rejects.toThrow(); });'],
  ['a rejection that is voided', 'test("x", () => { void expect(work()).rejects.toThrow(); });'],
  ['a result that is not awaited', 'test("x", async () => { expect(work()).resolves.toBe(1); });'],
  ['a poll that is not awaited', 'test("x", async () => { expect.poll(() => 1).toBe(1); });'],
  ['an async function that should throw', 'test("x", () => { expect(async () => { await work(); }).toThrow(); });'],
  ['a matcher that is not called', 'test("x", () => { expect(1).toBeTruthy; });'],
  ['no matcher', 'test("x", () => { expect(work()); });'],
])('finds %s', (_name, text) => {
  expect(findIdleAssertions('a.test.ts', text)).toHaveLength(1);
});

test.each([
  ['a mock of the same test', 'test("x", () => { const seen = vi.fn(); expect(seen).not.toHaveBeenCalled(); });'],
  ['an awaited rejection', 'test("x", async () => { await expect(work()).rejects.toThrow(); });'],
  ['a returned rejection', 'test("x", () => expect(work()).rejects.toThrow());'],
  [
    'an async function that should reject',
    'test("x", async () => { await expect(async () => work()).rejects.toThrow(); });',
  ],
  ['a function that should throw', 'test("x", () => { expect(() => work()).toThrow(); });'],
])('accepts %s', (_name, text) => {
  expect(findIdleAssertions('a.test.ts', text)).toEqual([]);
});

test('every assertion of the repository can fail', () => {
  const files = globSync(['{packages,examples}/*/test/**/*.{ts,tsx}', '{bench,conformance,scripts}/test/**/*.ts'], {
    cwd: repository,
    exclude: ['**/node_modules', '**/.next'],
  });
  expect(files.length).toBeGreaterThan(200);
  const faults = files.flatMap((file) => findIdleAssertions(file, readFileSync(join(repository, file), 'utf8')));
  expect(faults).toEqual([]);
});
