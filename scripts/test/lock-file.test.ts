import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lock, lockOneOf } from '../lock-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'torii-locks-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a lock is held by one at a time', async () => {
  const path = join(folder, 'one.lock');
  let holders = 0;
  const counts = await Promise.all(
    Array.from({ length: 5 }, async () => {
      await using _alone = await lock(path);
      holders += 1;
      const count = holders;
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      return count;
    }),
  );
  expect(counts).toEqual([1, 1, 1, 1, 1]);
  expect(existsSync(path)).toBe(false);
});

test('one of several locks is taken if another is held', async () => {
  const [first, second] = [join(folder, 'first.lock'), join(folder, 'second.lock')];
  await using _first = await lockOneOf([first, second]);
  await using _second = await lockOneOf([first, second]);
  expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
});

test('the lock of a process that died is taken over', async () => {
  const path = join(folder, 'dead.lock');
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(path, String(pid));
  await using _taken = await lock(path);
  expect(existsSync(path)).toBe(true);
});
