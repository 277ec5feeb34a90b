// Follows each page in docs/start/ block by block, in an empty folder, with the packages from a registry.
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configuredRegistry, describeUnreachable, type LocalRegistry, startLocalRegistry } from '../local-registry.ts';
import { readSteps } from '../start-page.ts';
import { followSteps } from '../start-runner.ts';
import { repository } from '../workspace.ts';
import { agentsSteps } from './agents-page.ts';
import { runLine } from './shell.ts';

const root = mkdtempSync(join(tmpdir(), 'torii-start-'));
const unreachable = describeUnreachable(configuredRegistry());
const pages = globSync('docs/start/*.md', { cwd: repository }).filter((page) => basename(page) !== 'index.md');

let registry: LocalRegistry;

beforeAll(async () => {
  if (unreachable === undefined) registry = await startLocalRegistry(join(root, 'registry'));
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

beforeEach((context) => {
  if (unreachable === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(unreachable);
  context.skip(unreachable);
});

describe.each(pages)('%s', (page) => {
  test.each(['With torii init', 'By hand'])(
    'leads to a request that is refused and one that is verified: %s',
    async (way) => {
      const folder = join(root, `${basename(page, '.md')}-${way}`.replaceAll(' ', '-'));
      const followed = await followSteps(folder, readSteps(page, way), registry.environment);
      const statuses = followed.flatMap(({ output }) => /^HTTP\/1.1 (\d+)/m.exec(output)?.[1] ?? []);
      expect(statuses.slice(0, 2)).toEqual(['401', '200']);

      const [settings = ''] = globSync('*/tsconfig.json', { cwd: folder });
      const project = { folder: join(folder, dirname(settings)), environment: registry.environment };
      expect(await runLine('npx tsc --noEmit', project)).toBe('');
    },
  );
});

test.each([
  ['Express', 'npm install @torii/express express'],
  ['Hono', 'npm install @torii/hono hono @hono/node-server'],
  ['Fastify', 'npm install @torii/fastify fastify'],
])('the code of AGENTS.md for %s runs with installed packages', async (framework, line) => {
  const install = `npm init -y\n${line}\nnpm install --save-dev @torii/emulator @torii/cli\n`;
  const first = { kind: 'lines', terminal: 1, lines: install, stays: false, shown: undefined } as const;
  const steps = [first, ...agentsSteps(framework)];
  const followed = await followSteps(join(root, `agents-${framework}`), steps, registry.environment);
  expect(followed.at(-1)?.output.match(/ \d{3}$/gm)).toEqual([' 401', ' 200', ' 403', ' 200']);
});
