import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { repository } from '../workspace.ts';

// Not `next`: its tests start Next itself, in another process.
const projects = ['core', 'api', 'express', 'koa', 'authz', 'streams', 'emulator', 'conformance'];

test('all packages pass their tests in a `vm` context, as in Jest', async () => {
  const report = join(repository, '.reports', 'vitest-realms.json');
  const args = ['run', '--pool=vmForks', '--no-color', `--outputFile.json=${report}`];
  const vitest = spawn('vitest', [...args, ...projects.map((name) => `--project=${name}`)], {
    cwd: repository,
    env: { ...process.env, TEST_SUITE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([text(vitest.stdout), text(vitest.stderr), once(vitest, 'exit')]);
  expect([code, code === 0 ? '' : `${output}\n${errors}`]).toEqual([0, '']);
});
