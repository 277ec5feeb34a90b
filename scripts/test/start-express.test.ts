// Follows docs/start/express.md with the sources of the packages, without installing them. start-pages.matrix.test.ts follows all
// pages, with installed packages.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSteps } from '../start-page.ts';
import { followSteps } from '../start-runner.ts';
import { programsFromSource, sourceFolder } from './programs-from-source.ts';

const folder = join(sourceFolder, 'page');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('docs/start/express.md leads to requests that are refused and verified', async () => {
  const environment = programsFromSource(join(folder, 'programs'));
  const steps = readSteps('docs/start/express.md', 'By hand');
  const followed = await followSteps(join(folder, 'express'), steps, environment);
  const statuses = followed.flatMap(({ output }) => /^HTTP\/1.1 (\d+)/m.exec(output)?.[1] ?? []);
  expect(statuses).toEqual(['401', '200', '403']);
});
