// What `torii init` writes works: the tests that it writes pass, with Node alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  createHono,
  createProject,
  expressGenerator,
  init,
  linkPackages,
  manifest,
  readFiles,
  writeFiles,
} from './init-project.ts';

const starts = fileURLToPath(new URL('../../../examples/start/', import.meta.url));

/** Runs test files with `node --test`, in one process to save time. Returns how many tests passed and failed, and the output. */
async function runTests(files: readonly string[]): Promise<readonly [passed: string, failed: string, output: string]> {
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

const links = {
  express: { express: 'express/node_modules/express' },
  koa: { koa: 'koa/node_modules/koa', '@koa/router': 'koa/node_modules/@koa/router' },
  fastify: { fastify: 'fastify/node_modules/fastify' },
  hono: { hono: 'hono/node_modules/hono', '@hono/node-server': 'hono/node_modules/@hono/node-server' },
  node: {},
} as const;

test('the examples in examples/start pass their own tests', async () => {
  const files = Object.keys(links).map((name) => join(starts, name, 'test/me.test.ts'));
  expect(await runTests(files)).toEqual(['15', '0', '']);
});

test('apps that are written into empty folders pass their tests, as ES modules and as CommonJS', async () => {
  const files: string[] = [];
  for (const [framework, linked] of Object.entries(links)) {
    const esm = createProject();
    const commonjs = createProject({ 'package.json': manifest({ name: 'shop', type: 'commonjs' }) });
    for (const folder of [esm, commonjs]) {
      expect((await init(folder, '--framework', framework)).code).toBe(0);
      const written = readFiles(folder);
      expect(await init(folder, '--framework', framework)).toMatchObject({ code: 0, stdout: '' });
      expect(readFiles(folder)).toEqual(written);
      linkPackages(folder, linked);
      files.push(join(folder, 'test/me.test.js'));
    }
    expect(readFiles(esm)['src/torii.js']).toMatch(/^import /);
    expect(readFiles(commonjs)['src/torii.js']).toMatch(/ require\(/);
  }
  expect(await runTests(files)).toEqual(['30', '0', '']);
});

test('existing apps pass the tests that are added', async () => {
  const express = createProject(expressGenerator);
  const typed = createProject({
    'package.json': manifest({ type: 'module', dependencies: { express: '5' }, devDependencies: { typescript: '6' } }),
    'src/server.ts':
      "import express from 'express';\n\nexport const server = express();\n\nserver.get('/', (_req, res) => void res.send('hi'));\n",
  });
  const fastify = createProject({
    'package.json': manifest({ type: 'module', dependencies: { fastify: '5' } }),
    'server.js':
      "import Fastify from 'fastify'\n\nconst fastify = Fastify({ logger: true })\n\nfastify.get('/', async () => ({ hello: 'world' }))\n\nawait fastify.listen({ port: 3000 })\n",
  });
  for (const folder of [express, typed, fastify]) expect((await init(folder)).code).toBe(0);
  linkPackages(express, links.express);
  linkPackages(typed, links.express);
  linkPackages(fastify, links.fastify);
  expect(readFileSync(join(fastify, 'server.js'), 'utf8')).toContain("\nfastify.register(me)\nfastify.get('/', ");
  const files = [join(express, 'test/me.test.js'), join(typed, 'test/me.test.ts'), join(fastify, 'test/me.test.js')];
  expect(await runTests(files)).toEqual(['9', '0', '']);
});

test('a test that is added fails if the guard is taken away', async () => {
  const folder = createProject(expressGenerator);
  await init(folder);
  linkPackages(folder, links.express);
  const route = readFileSync(join(folder, 'routes/me.js'), 'utf8');
  writeFiles(folder, {
    'routes/me.js': route.replace("'/me', requireUser, ", "'/me', ").replace(/getAuth\(req\)\.userId/, "'ada'"),
  });
  const [passed, failed] = await runTests([join(folder, 'test/me.test.js')]);
  expect([passed, failed]).toEqual(['1', '2']);
});

test('an app of create-hono gets the route before its own routes, and the test next to the source', async () => {
  const folder = createProject(createHono);
  expect((await init(folder)).code).toBe(0);
  const files = readFiles(folder);
  expect(files['src/index.ts']).toBe(
    createHono['src/index.ts']
      ?.replace("from 'hono'\n", "from 'hono'\nimport { me } from './me.js'\n")
      .replace("app.get('/'", "app.route('/', me)\napp.get('/'"),
  );
  expect(files['src/me.test.ts']).toContain("await import('./me.js')");
  expect(JSON.parse(files['package.json'] ?? '').scripts).toMatchObject({
    dev: 'tsx watch src/index.ts',
    'dev:torii': 'torii dev --seed torii-seed.json -- npm run dev',
    test: 'node --import tsx --test src/me.test.ts',
  });
});
