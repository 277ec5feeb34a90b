// What `torii init` writes works: the tests that it writes pass, with Node alone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { frameworkLinks as links, runTests } from './added-tests.ts';
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

test('the examples in examples/start pass their own tests', async () => {
  const files = Object.keys(links).map((name) => join(starts, name, 'test/me.test.ts'));
  expect(await runTests(files)).toEqual(['15', '0', '']);
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
