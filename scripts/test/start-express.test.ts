// Follows docs/start/express.md with the sources of the packages instead of installed ones. The matrix test
// start-pages.matrix.test.ts follows all pages, and installs.
import { chmodSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeFileAt } from '../packed-app.ts';
import { readSteps } from '../start-page.ts';
import { followSteps } from '../start-runner.ts';
import { repository } from '../workspace.ts';

/** In docs/, so that the app finds the dependencies of docs/package.json. */
const folder = join(repository, 'docs', '.start');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('docs/start/express.md leads to requests that are refused and verified', async () => {
  const programs = join(folder, 'programs');
  writeProgram(join(programs, 'npm'), 'exit 0');
  writeProgram(
    join(programs, 'npx'),
    `case "$1" in
      tsc) echo 'Created a new tsconfig.json' ;;
      @torii/emulator) exec node ${repository}/packages/emulator/src/main.ts ;;
      torii) shift; exec node ${repository}/packages/cli/src/main.ts "$@" ;;
    esac`,
  );
  const followed = await followSteps(join(folder, 'express'), readSteps('docs/start/express.md', 'By hand'), {
    NODE_OPTIONS: '--conditions=@torii/source',
    PATH: [programs, process.env['PATH']].join(delimiter),
  });
  const statuses = followed.flatMap(({ output }) => /^HTTP\/1.1 (\d+)/m.exec(output)?.[1] ?? []);
  expect(statuses).toEqual(['401', '200', '403']);
});

function writeProgram(path: string, code: string): void {
  writeFileAt(path, `#!/bin/sh\n${code}\n`);
  chmodSync(path, 0o755);
}
