import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram, requireProgram } from '../programs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-programs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const skipped: string[] = [];
const context = {
  skip(note: string): never {
    skipped.push(note);
    throw new Error('skipped');
  },
};

test('finds a program on the PATH by any of its names', () => {
  const path = join(folder, 'google-chrome');
  writeFileSync(path, '');
  expect(findProgram('chromium', folder)).toBeUndefined();
  chmodSync(path, 0o755);
  expect(findProgram('chromium', `/nowhere${delimiter}${folder}`)).toBe(path);
  expect(requireProgram(context, 'chromium', { PATH: folder, CI: 'true' })).toBe(path);
  rmSync(path);
});

test('skips a test whose program is missing, and says how to install it', () => {
  expect(() => requireProgram(context, 'chromium', { PATH: folder })).toThrow('skipped');
  expect(skipped).toEqual([expect.stringMatching(/chromium.*apt-get install chromium/)]);
});

test('in CI, fails a test whose program is missing', () => {
  expect(() => requireProgram(context, 'chromium', { PATH: folder, CI: 'true' })).toThrow('chromium');
});

test('finds a program in the folder of its package, if it is not on the PATH', (context) => {
  if (!existsSync('/usr/lib/postgresql')) return context.skip('needs the postgresql package of Debian or Ubuntu');
  expect(findProgram('postgres', '/nowhere')).toMatch(/^\/usr\/lib\/postgresql\/[0-9]+\/bin\/postgres$/);
});
