import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs test files with `node --test`, in one process to save time. Returns how many tests passed and failed, and the output. */
export async function runTests(
  files: readonly string[],
): Promise<readonly [passed: string, failed: string, output: string]> {
  const child = spawn(
    process.execPath,
    ['--conditions=@torii/source', '--test', '--test-isolation=none', '--test-reporter=tap', ...files],
    {
      // Not the variables of this test run: `node --test` inside another one reports differently.
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await once(child, 'close');
  const count = (name: string): string => new RegExp(`^# ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? '';
  const passed = count('pass');
  return [passed, count('fail'), Number(passed) > 0 && count('fail') === '0' ? '' : output];
}

/** What an app needs besides the packages of this repository, for `linkPackages`. */
export const frameworkLinks = {
  express: { express: 'express/node_modules/express' },
  koa: { koa: 'koa/node_modules/koa', '@koa/router': 'koa/node_modules/@koa/router' },
  fastify: { fastify: 'fastify/node_modules/fastify' },
  hono: { hono: 'hono/node_modules/hono', '@hono/node-server': 'hono/node_modules/@hono/node-server' },
  node: {},
} as const;
