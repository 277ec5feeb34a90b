import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { repository } from '../workspace.ts';

/** The files that vitest runs, by suite. */
const files = { main: new Set<string>(), matrix: new Set<string>() };
beforeAll(() => {
  for (const [suite, project] of [
    ['main', '!matrix'],
    ['matrix', 'matrix'],
  ] as const) {
    const output = execFileSync('vitest', ['list', '--filesOnly', '--json', '--project', project], {
      cwd: repository,
      encoding: 'utf8',
    });
    const listed: readonly { readonly file: string }[] = JSON.parse(output.slice(output.indexOf('[\n')));
    for (const { file } of listed) files[suite].add(relative(repository, file));
  }
});

test('every test file is in the suite or suites that its name says', () => {
  const all = globSync('**/*.{test,test-d}.{ts,tsx}', {
    cwd: repository,
    // The tests of examples/start use `node:test`. packages/cli/test/init-apps.test.ts runs them.
    exclude: ['**/node_modules', '.tools', '.reports', '**/.next', 'examples/start/{express,fastify,hono,koa,node}'],
  });
  expect(all.length).toBeGreaterThan(100);
  for (const file of all) {
    const suites = /\.real\.test\./.test(file)
      ? ['main', 'matrix']
      : [/\.matrix\.test\./.test(file) ? 'matrix' : 'main'];
    const found = (['main', 'matrix'] as const).filter((suite) => files[suite].has(file));
    expect([file, found]).toEqual([file, suites]);
  }
});

test('no suite is empty', () => {
  expect(files.main.has(relative(repository, join(import.meta.dirname, 'suites.test.ts')))).toBe(true);
  expect([...files.matrix]).toContain('packages/next/test/guards.real.test.ts');
});
