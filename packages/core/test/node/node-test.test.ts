import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a test of `node:test` whose timers are mocked before the import does not hang', () => {
  const program = join(import.meta.dirname, 'node-test-program.ts');
  const args = ['--conditions=@torii/source', '--test-reporter=tap', '--test', program];
  // Node does not run tests inside of a program that has this variable.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 240_000 });
  expect([status, stdout, stderr]).toEqual([0, expect.stringContaining('# pass 2'), expect.anything()]);
});
