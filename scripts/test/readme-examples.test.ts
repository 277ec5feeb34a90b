// Runs examples of READMEs as a user would: unchanged, but for the issuer's URL and the address to listen on.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { readPage } from '../check-docs.ts';
import { repository } from '../workspace.ts';

/** In docs/, so that the examples find the dependencies of docs/package.json. */
const folder = join(repository, 'docs', '.examples');

let emulator: Emulator;
const children: ChildProcess[] = [];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  emulator = await startEmulator();
});

afterAll(async () => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
  await emulator.stop();
});

const examples = [
  ['README.md', 'express'],
  ['packages/core/README.md', 'node:http'],
  ['packages/core/README.md', 'async fetch('],
  ['packages/core/README.md', 'hono'],
  ['packages/core/README.md', 'fastify'],
  ['docs/write-an-adapter.md', 'createGuards<Request, Middleware>'],
  ['packages/express/README.md', 'express'],
  ['packages/koa/README.md', 'koa'],
  ['packages/fastify/README.md', 'fastify'],
  ['packages/hono/README.md', 'hono'],
] as const;

test.each(examples)('the example in %s with %s sends JSON, and a denial with all its headers', async (page, mark) => {
  const url = await run(page, mark);
  const denied = await fetch(`${url}/me`);
  expect(denied.status).toBe(401);
  expect(denied.headers.get('content-type')).toMatch(/^application\/json/);
  expect(denied.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
  expect(denied.headers.get('cache-control')).toBe('private, no-store');
  expect(denied.headers.get('vary')).toMatch(/Authorization, Cookie/);
  expect(await denied.json()).toMatchObject({ error: { reason: 'token_missing' } });

  const token = await emulator.token({ userId: 'ada' });
  const allowed = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await allowed.json()).toEqual({ userId: 'ada' });
});

test.each([
  ['createOrganization', /org:administrator/],
  ['users.updateMetadata', /\{ limits: \{ seats: 5, projects: 2 \} \}/],
  ['acceptInvitation', /Z \{ team: 'blue' \}/],
  ['createImpersonationToken', /impersonation_token=[\w-]+\s+200/],
])('the example of the emulator with %s prints what it says', async (mark, printed) => {
  const { blocks } = readPage(readFileSync(join(repository, 'packages/emulator/README.md'), 'utf8'));
  const block = blocks.find(({ code }) => code.includes(mark));
  const file = join(folder, `${mark}.ts`);
  writeFileSync(file, block?.code ?? '');
  const child = spawn(process.execPath, ['--conditions=@torii/source', file]);
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [exitCode] = await once(child, 'close');
  expect([exitCode, output]).toEqual([0, expect.stringMatching(printed)]);
});

/** Starts an example in a process. Returns its URL. */
async function run(page: string, mark: string): Promise<string> {
  const { blocks } = readPage(readFileSync(join(repository, page), 'utf8'));
  const block = blocks.find(({ code }) => code.includes(mark));
  if (block === undefined) throw new Error(`${page} has no example with ${mark}`);
  const port = await findPort();
  const code = block.code
    .replaceAll('https://acme.torii.so', emulator.issuer)
    .replace('listen(3000)', `listen(${port}, '127.0.0.1')`)
    .replace('listen({ port: 3000 })', `listen({ port: ${port}, host: '127.0.0.1' })`)
    .replace('fetch, port: 3000', `fetch, port: ${port}, hostname: '127.0.0.1'`);
  const file = join(folder, `${port}.ts`);
  writeFileSync(file, `${code.replace('export default {', 'const handler = {')}\n${serverFor(code, port)}`);
  const child = spawn(process.execPath, ['--conditions=@torii/source', file], {
    env: { ...process.env, TORII_ISSUER: emulator.issuer },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => answers(url, () => output)).toBe(true);
  return url;
}

async function answers(url: string, output: () => string): Promise<boolean> {
  if (output() !== '') throw new Error(output());
  return fetch(url).then(
    () => true,
    () => false,
  );
}

/** What an example leaves to the platform: a server for a Fetch handler, or an app for middleware. */
function serverFor(code: string, port: number): string {
  if (code.includes('.listen(') || code.includes('serve({')) return '';
  if (code.includes('Fastify()')) return `await app.listen({ port: ${port} });`;
  if (code.includes('createGuards')) {
    return `
      import { createServer } from 'node:http';
      const guard = requireAuth({ issuer: process.env.TORII_ISSUER });
      createServer((req, res) => {
        guard(req, res, () => {
          res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ userId: getAuth(req).userId }));
        });
      }).listen(${port}, '127.0.0.1');`;
  }
  const handler = code.includes('new Hono') ? 'app' : 'handler';
  return `
    import { serve } from '@hono/node-server';
    serve({ fetch: (request) => ${handler}.fetch(request), port: ${port}, hostname: '127.0.0.1' });`;
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
