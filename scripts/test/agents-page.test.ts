// Builds guarded apps from the code of AGENTS.md alone. Its section "Try it" says what each request must return.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { followSteps } from '../start-runner.ts';
import { repository } from '../workspace.ts';
import { agentsSteps } from './agents-page.ts';
import { programsFromSource, sourceFolder } from './programs-from-source.ts';

const folder = join(sourceFolder, 'agents');
const page = readFileSync(join(repository, 'AGENTS.md'), 'utf8');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['Express', 'Hono'])('an app of %s from AGENTS.md answers 401, 200 and 403', async (framework) => {
  const environment = programsFromSource(join(folder, 'programs'));
  const followed = await followSteps(join(folder, framework.toLowerCase()), agentsSteps(framework), environment);
  expect(followed.at(-1)?.output.match(/ \d{3}$/gm)).toEqual([' 401', ' 200', ' 403', ' 200']);
});

test('AGENTS.md is short, and names the address of the documentation', () => {
  const { homepage } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  expect(page.split('\n').length).toBeLessThan(310);
  const addresses = [...page.matchAll(/https:\/\/torii\.so\/[^\s>)]+/g)].map(([address]) => address);
  expect(addresses.length).toBeGreaterThan(3);
  expect(addresses.filter((address) => !address.startsWith(homepage))).toEqual([]);
});
