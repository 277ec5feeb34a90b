import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { repository } from '../workspace.ts';

// Leaves out `next` and `cli`, whose tests start other processes.
const projects = ['core', 'api', 'express', 'fastify', 'hono', 'koa', 'streams', 'emulator'];
/** Only to end a run that hangs. It takes two minutes on an idle machine. */
const timeout = 1_800_000;

test('all packages pass their tests in a `vm` context, as in Jest', { timeout }, async ({ signal }) => {
  const report = join(repository, '.reports', 'vitest-realms.json');
  // Not bearer.test.ts, which measures times: it runs without a `vm` context too.
  const args = ['run', '--pool=vmForks', '--no-color', '--exclude=**/bearer.test.ts', `--outputFile.json=${report}`];
  const vitest = spawn('vitest', [...args, ...projects.map((name) => `--project=${name}`)], {
    cwd: repository,
    env: { ...process.env, TEST_SUITE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const [output, errors, [code]] = await Promise.all([text(vitest.stdout), text(vitest.stderr), once(vitest, 'exit')]);
  expect([code, code === 0 ? '' : `${output}\n${errors}`]).toEqual([0, '']);
});
