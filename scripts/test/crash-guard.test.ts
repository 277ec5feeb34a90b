// Runs vitest on test files with a crash in their first test.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../workspace.ts';

test.each([
  ['rejects a promise that nobody handles', 'void Promise.reject(new Error("planted"))', 1],
  ['throws an error that nobody catches', 'setImmediate(() => { throw new Error("planted"); })', 1],
  ['crashes nothing', 'undefined', 0],
])('judges a file after its last test: its first test %s', (_name, code, failed) => {
  // Inside the repository, so that the file finds vitest, but where no other run looks for tests.
  mkdirSync(join(repository, '.reports'), { recursive: true });
  const folder = mkdtempSync(join(repository, '.reports', 'crash-'));
  try {
    const guard = JSON.stringify(join(repository, 'scripts', 'crash-guard.ts'));
    const lines = [
      "import { test } from 'vitest';",
      `import { failOnCrashes } from ${guard};`,
      'failOnCrashes();',
      `test('first', async () => { ${code}; await new Promise((resolve) => setTimeout(resolve)); });`,
      "test('last', () => {});",
    ];
    writeFileSync(join(folder, 'vitest.config.ts'), 'export default {};');
    writeFileSync(join(folder, 'planted.test.ts'), lines.join('\n'));
    // Without this flag, vitest fails the run for the crash itself, and the guard would not be tested.
    const args = ['run', '--root', folder, '--dangerouslyIgnoreUnhandledErrors'];
    const { status, stdout } = spawnSync('vitest', args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect([status, stdout]).toEqual([failed, expect.stringMatching(/Tests .*2 passed/)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
