import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noteOnNode } from '../src/commands/init/result.ts';
import { runInProcess } from './in-process.ts';
import { createHono, createProject, expressGenerator, init, manifest, readFiles, writeFiles } from './init-project.ts';
import { startOnTerminal } from './terminal.ts';

function git(folder: string, ...args: readonly string[]): void {
  const settings = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  const { status, stderr } = spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
}

function commitAll(folder: string): void {
  git(folder, 'init', '--quiet');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'all');
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

describe('an app of express-generator', () => {
  test('gets a guard, a route, its test, a seed, settings and scripts', async () => {
    const folder = createProject(expressGenerator);
    expect((await init(folder)).code).toBe(0);
    const files = readFiles(folder);
    const added = Object.keys(files).filter((path) => !(path in expressGenerator));
    expect(added).toEqual([
      '.env',
      '.env.example',
      '.gitignore',
      'routes/me.js',
      'test/me.test.js',
      'torii-seed.json',
      'torii.js',
    ]);
    expect(files['routes/me.js']).toContain("me.get('/me', requireUser, ");
    expect(files['.gitignore']).toBe('.env\n');
    expect(files['.env']).toMatch(/^TORII_ISSUER=http:\/\/127\.0\.0\.1:4100$/m);
    expect(manifestOf(folder).scripts).toEqual({
      start: 'node ./bin/www',
      dev: 'torii dev --seed torii-seed.json -- npm start',
      test: 'node --test test/me.test.js',
    });
  });

  test('is changed in two lines: the import, and the route before all others', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    const before = expressGenerator['app.js']?.split('\n') ?? [];
    const after = readFileSync(join(folder, 'app.js'), 'utf8').split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual([
      "var { me } = require('./routes/me');",
      'app.use(me);',
    ]);
    expect(after.filter((line) => before.includes(line))).toEqual(before);
    expect(after.indexOf('app.use(me);')).toBe(after.indexOf("app.use('/', indexRouter);") - 1);
    expect(after.indexOf('app.use(me);')).toBeGreaterThan(after.findIndex((line) => line.includes('express.static')));
  });

  test('is told which routes are protected and which are not', async () => {
    const { stderr } = await init(createProject(expressGenerator));
    expect(stderr).toContain('GET /me needs a token');
    expect(stderr).not.toContain('The test does not load your app');
    expect(stderr).toMatch(
      /does not protect these routes.*\n +GET \/ in routes\/index\.js\n +GET \/ in routes\/users\.js\n/,
    );
    expect(stderr).toContain('requireUser');
  });

  test('is not changed by a second run', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    const files = readFiles(folder);
    const second = await init(folder);
    expect(second).toMatchObject({ code: 0, stdout: '' });
    expect(second.stderr).toContain('No file needs a change.');
    expect(readFiles(folder)).toEqual(files);
  });

  test('has nothing left to do once the packages are installed', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    const installed = {
      ...manifestOf(folder),
      dependencies: { express: '^5.0.0', '@torii/express': '^0.1.0' },
      devDependencies: { '@torii/cli': '^0.1.0', '@torii/emulator': '^0.1.0' },
    };
    writeFiles(folder, { 'package.json': manifest(installed) });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Nothing to change')]);
    expect(stderr).not.toContain('install');
  });

  test('keeps what was changed in the added files since', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    const changed = `${readFileSync(join(folder, 'torii.js'), 'utf8')}// mine\n`;
    writeFiles(folder, { 'torii.js': changed });
    expect((await init(folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'torii.js'), 'utf8')).toBe(changed);
  });
});

test('--dry-run shows the changes as a diff without a secret, and makes none', async () => {
  const folder = createProject(expressGenerator);
  const { code, stdout } = await runInProcess(['init', '--dry-run'], { folder });
  expect(code).toBe(0);
  expect(stdout).toContain('--- a/app.js\n+++ b/app.js\n');
  expect(stdout).toContain('--- /dev/null\n+++ b/torii.js\n');
  expect(stdout).toContain('\n+app.use(me);\n');
  expect(stdout).not.toMatch(/sk_test_\w/);
  expect(readFiles(folder)).toEqual(expressGenerator);
});

test('shows the diff in colors on a terminal', async () => {
  const folder = createProject(expressGenerator);
  const { stdout } = await runInProcess(['init', '--dry-run'], { folder, columns: 80 });
  expect(stdout).toContain('\u001b[32m+app.use(me);\u001b[39m');
});

describe('refuses, and changes nothing,', () => {
  test('if files are not committed, unless --force is given', async () => {
    const folder = createProject(expressGenerator);
    commitAll(folder);
    writeFiles(folder, { 'notes.txt': 'new\n' });
    const before = readFiles(folder);
    const refused = await init(folder);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('notes.txt');
    expect(refused.stderr).toContain('--force');
    expect(readFiles(folder)).toEqual(before);
    expect((await init(folder, '--force')).code).toBe(0);
  });

  test('if git cannot say whether files are committed', async () => {
    const folder = createProject({ ...expressGenerator, '.git': 'gitdir: /none\n' });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--force')]);
    expect(readFiles(folder)).not.toHaveProperty(['torii.js']);
    expect((await init(folder, '--force')).code).toBe(0);
  });

  test('without a terminal to ask on, and without --yes', async () => {
    const folder = createProject(expressGenerator);
    const { code, stderr } = await runInProcess(['init'], { folder });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--yes.*--dry-run/)]);
    expect(readFiles(folder)).toEqual(expressGenerator);
  });

  test.each([['--yes'], ['--dry-run']])('in an empty folder without a framework and with %s', async (option) => {
    const folder = createProject({ 'package.json': manifest({ name: 'shop' }) });
    const { code, stderr } = await runInProcess(['init', option], { folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining('express, koa, fastify, hono, next, node')]);
    expect(Object.keys(readFiles(folder))).toEqual(['package.json']);
  });

  test('if uncommitted changes are in an empty folder, before it asks for a framework', async () => {
    const folder = createProject({ 'package.json': manifest({ name: 'shop' }) });
    git(folder, 'init', '--quiet');
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('uncommitted changes')]);
  });

  test.each([
    ['node', 'hono', '@torii/core'],
    ['express', 'koa', '@torii/express'],
    ['hono', 'node', '@torii/hono'],
    ['koa', 'next', 'create-next-app'],
    ['node', 'fastify', '@torii/core'],
    ['fastify', 'node', '@torii/fastify'],
  ])('if an app of %s is to be set up for %s', async (first, second, named) => {
    for (const language of [[], ['--typescript']]) {
      const folder = createProject({ 'package.json': manifest({ type: 'module' }) });
      expect((await init(folder, '--framework', first)).code).toBe(0);
      const files = readFiles(folder);
      const { code, stderr } = await init(folder, '--framework', second, ...language);
      expect([code, stderr]).toEqual([1, expect.stringContaining(named)]);
      expect(readFiles(folder)).toEqual(files);
    }
  });

  test.each(['torii.js', 'routes/me.js', 'test/me.test.js'])('if %s is another file', async (path) => {
    const files = { ...expressGenerator, [path]: 'module.exports = 1;\n' };
    const folder = createProject(files);
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining(path)]);
    expect(readFiles(folder)).toEqual(files);
  });

  test.each([
    ['express', '^3.0.0', 'Express 4'],
    ['koa', '^1.4.0', 'Koa 2'],
    ['fastify', '~4.28.0', 'Fastify 5'],
  ])('if %s %s is too old', async (name, range, wanted) => {
    const folder = createProject({ 'package.json': manifest({ dependencies: { [name]: range } }), 'app.js': '' });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining(wanted)]);
  });

  test.each([
    ['not json', 'package.json'],
    ['[]', 'package.json'],
  ])('if package.json is %j', async (text, named) => {
    const folder = createProject({ 'package.json': text });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining(named)]);
  });

  test.each(['http://acme.torii.so', 'acme', 'https://acme.torii.so/?x=1'])('if the issuer is %j', async (issuer) => {
    const folder = createProject(expressGenerator);
    expect((await init(folder, '--issuer', issuer)).code).toBe(2);
    expect(readFiles(folder)).toEqual(expressGenerator);
  });

  test('in the root of a workspace, unless a framework is named', async () => {
    const folder = createProject({ 'package.json': manifest({ workspaces: ['apps/*'] }) });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('workspace')]);
    expect((await init(folder, '--framework', 'express')).code).toBe(0);
  });

  test.each([
    ['@nestjs/core', 'recipes/nestjs'],
    ['wrangler', 'recipes/workers'],
  ])('if the app needs %s, and names the page to follow', async (name, page) => {
    const files = { 'package.json': manifest({ devDependencies: { [name]: '1', hono: '4' } }), 'src/main.ts': '' };
    const folder = createProject(files);
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining(page)]);
    expect(readFiles(folder)).toEqual(files);
  });

  test('if the project has two frameworks, until one is named', async () => {
    const folder = createProject({
      ...expressGenerator,
      'package.json': manifest({ dependencies: { express: '5', koa: '3' } }),
    });
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/express and koa.*--framework/)]);
    expect((await init(folder, '--framework', 'express')).code).toBe(0);
  });
});

test('a second run changes nothing, also before the changes are committed', async () => {
  const folder = createProject(expressGenerator);
  commitAll(folder);
  await init(folder);
  const files = readFiles(folder);
  expect(await init(folder)).toMatchObject({ code: 0, stdout: '' });
  expect(readFiles(folder)).toEqual(files);
});

test('a clean repository is changed, and files that git ignores already are not listed again', async () => {
  const folder = createProject({ ...expressGenerator, '.gitignore': 'node_modules\n.env*\n!.env.example\n' });
  commitAll(folder);
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('not in a git repository')]);
  expect(readFiles(folder)['.gitignore']).toBe('node_modules\n.env*\n!.env.example\n');
});

test('changes outside of the app’s folder do not matter', async () => {
  const root = createProject({ 'package.json': manifest({ workspaces: ['apps/*'] }), 'pnpm-lock.yaml': '' });
  writeFiles(join(root, 'apps/shop'), expressGenerator);
  commitAll(root);
  writeFiles(root, { 'notes.txt': '' });
  const { code, stderr } = await init(join(root, 'apps/shop'));
  expect([code, stderr]).toEqual([0, expect.stringContaining('pnpm add @torii/express')]);
});

test('existing settings keep their values and their form', async () => {
  const text = '# mine\r\nPORT=1\r\nTORII_ISSUER="https://acme.torii.so"';
  const folder = createProject({ ...expressGenerator, '.env': text, '.gitignore': 'node_modules' });
  await init(folder);
  const files = readFiles(folder);
  expect(files['.env']).toBe(text);
  expect(files['.gitignore']).toBe('node_modules\n.env\n');
  expect((await init(folder, '--issuer', 'https://other.torii.so')).code).toBe(1);
  expect(readFiles(folder)).toEqual(files);
});

test('with an issuer, the settings have no key and no API of the emulator', async () => {
  const folder = createProject({ ...expressGenerator, '.env': 'PORT=1' });
  await init(folder, '--issuer', 'https://acme.torii.so');
  expect(readFiles(folder)['.env']).toBe('PORT=1\n\n# Torii\nTORII_ISSUER=https://acme.torii.so\n');
});

test('only the owner can read a new .env, and its key is random', async () => {
  const [first, second] = [createProject(expressGenerator), createProject(expressGenerator)];
  await Promise.all([init(first), init(second)]);
  expect(statSync(join(first, '.env')).mode & 0o077).toBe(0);
  const keyOf = (folder: string) =>
    /^TORII_SECRET_KEY=(sk_test_[\w-]{24})$/m.exec(readFiles(folder)['.env'] ?? '')?.[1];
  expect(keyOf(first)).toBeDefined();
  expect(keyOf(first)).not.toBe(keyOf(second));
});

test('package.json keeps its scripts, its order and its indentation', async () => {
  const text =
    '{\n\t"scripts": {\n\t\t"test": "vitest",\n\t\t"dev": "nodemon app"\n\t},\n\t"dependencies": {\n\t\t"express": "5",\n\t\t"vitest": "5"\n\t}\n}';
  const folder = createProject({ ...expressGenerator, 'package.json': text });
  await init(folder);
  const after = readFiles(folder)['package.json'] ?? '';
  expect(after).toBe(
    text.replace(
      '"nodemon app"\n',
      '"nodemon app",\n\t\t"dev:torii": "torii dev --seed torii-seed.json -- npm run dev",\n\t\t"test:torii": "vitest run test/me.test.js"\n',
    ),
  );
});

test('an app that listens when it is loaded is not loaded by the test', async () => {
  const app = `const express = require('express');\nconst app = express();\napp.get('/', (req, res) => res.send('hi'));\napp.listen(3000);\n`;
  const folder = createProject({ 'package.json': manifest({ dependencies: { express: '5' } }), 'app.js': app });
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([0, expect.stringContaining('The test does not load your app. Start it once')]);
  const files = readFiles(folder);
  expect(files['test/me.test.js']).toContain("await import('../me.js')");
  expect(files['test/me.test.js']).not.toContain("import('../app.js')");
  expect(manifestOf(folder).scripts.dev).toBe('torii dev --seed torii-seed.json -- node --watch app.js');
});

test('with Vitest, the test is an ES module for Vitest, also in CommonJS', async () => {
  const packages = { dependencies: { express: '5' }, devDependencies: { vitest: '5' }, scripts: { test: 'vitest' } };
  const folder = createProject({ ...expressGenerator, 'package.json': manifest(packages) });
  await init(folder);
  const files = readFiles(folder);
  expect(files['test/me.test.js']).toContain("afterAll as after, beforeAll as before, test } from 'vitest';");
  expect(files['test/me.test.js']).not.toMatch(/require\(|node:test/);
  expect(files['routes/me.js']).toContain('require(');
  expect(manifestOf(folder).scripts).toMatchObject({ test: 'vitest', 'test:torii': 'vitest run test/me.test.js' });
});

test('with Jest, the test has a name that Jest does not run, because Jest loads no ES modules', async () => {
  const packages = { dependencies: { express: '5' }, devDependencies: { jest: '30' }, scripts: { test: 'jest' } };
  const folder = createProject({ ...expressGenerator, 'package.json': manifest(packages) });
  await init(folder);
  expect(Object.keys(readFiles(folder))).not.toContain('test/me.test.js');
  expect(manifestOf(folder).scripts['test:torii']).toBe('node --test test/me-check.js');
});

test('in TypeScript for Node, a dynamic import has an ending, also in CommonJS', async () => {
  const folder = createProject({
    'package.json': manifest({ dependencies: { express: '5' }, devDependencies: { typescript: '5' } }),
    'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "outDir": "dist" } }',
    'src/index.ts':
      "import express from 'express';\nimport { users } from './users';\nconst app = express();\napp.use(users);\napp.listen(1);\n",
  });
  expect((await init(folder)).code).toBe(0);
  const files = readFiles(folder);
  expect(files['src/me.test.ts']).toContain("await import('./me.js')");
  expect(files['src/index.ts']).toContain("from './me';");
});

test('an app that has /me already gets another path', async () => {
  const routes = {
    'routes/users.js': "require('express').Router().get('/me', (req, res) => res.end());\nrouter.get('/me', x);\n",
  };
  const folder = createProject({ ...expressGenerator, ...routes });
  const { stderr } = await init(folder);
  expect(stderr).toContain('GET /whoami needs a token');
  const files = readFiles(folder);
  expect(files['routes/me.js']).toContain("me.get('/whoami', requireUser, ");
  expect(files['test/me.test.js']).toContain('/whoami`');
  expect((await init(folder)).stdout).toBe('');
});

test.each([
  "app.use('/me', users);",
  "app.route('/me').get(users);",
  'app.get(`/me`, users);',
  "app.get(['/a', '/me'], users);",
  "app.use('/me/orders', users);",
])('the route takes no path that the app has already: %s', async (line) => {
  const text = `const express = require('express');\nconst app = express();\n${line}\nmodule.exports = app;\n`;
  const folder = createProject({ 'package.json': manifest({ dependencies: { express: '5' } }), 'app.js': text });
  expect((await init(folder)).stderr).toContain('GET /whoami needs a token');
});

test('the route keeps its path, also if the app mentions it later', async () => {
  const folder = createProject(expressGenerator);
  await init(folder);
  rmSync(join(folder, 'test/me.test.js'));
  writeFiles(folder, { 'client.js': "fetch('/me');\n" });
  expect((await init(folder)).stderr).toContain('GET /me needs a token');
  expect(readFiles(folder)['test/me.test.js']).toContain('/me`');
});

test('a route with the name of a guard in a comment is not protected', async () => {
  const text = `const express = require('express');\nconst app = express();\napp.get('/open', x); // requireAuth\n`;
  const folder = createProject({ 'package.json': manifest({ dependencies: { express: '5' } }), 'app.js': text });
  expect((await init(folder)).stderr).toContain('GET /open in app.js');
});

test('an app that another file mounts under a path does not get the route', async () => {
  const users =
    "const express = require('express');\nconst users = express();\nusers.get('/', x);\nmodule.exports = users;\n";
  const main =
    "const express = require('express');\nconst users = require('./users');\nserve(express().use('/users', users));\n";
  const files = { 'package.json': manifest({ dependencies: { express: '5' } }), 'users.js': users, 'main.js': main };
  const folder = createProject(files);
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([3, expect.not.stringContaining('needs a token now')]);
  expect(readFiles(folder)).toMatchObject({ 'users.js': users, 'main.js': main });
});

test('a base path is part of the protected path', async () => {
  const app = createHono['src/index.ts']?.replace('new Hono()', "new Hono().basePath('/api')") ?? '';
  expect((await init(createProject({ ...createHono, 'src/index.ts': app }))).stderr).toContain(
    'GET /api/me needs a token',
  );
});

describe('a route that an earlier run wrote is not called protected', () => {
  const edit = (folder: string, path: string, from: string, to: string): void => {
    const before = readFileSync(join(folder, path), 'utf8');
    expect(before).toContain(from);
    writeFiles(folder, { [path]: before.replace(from, to) });
    rmSync(join(folder, 'torii-seed.json'));
  };

  test('if its guard was taken away', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    edit(folder, 'routes/me.js', "'/me', requireUser, ", "'/me', /* requireUser */ ");
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([3, expect.stringContaining('In routes/me.js: The route has no guard.')]);
    expect(stderr).not.toContain('needs a token now');
  });

  test('if the handler of an app without a framework checks no token any more', async () => {
    const folder = createProject();
    expect((await init(folder, '--framework', 'node')).stderr).toContain('GET /me needs a token now');
    edit(folder, 'src/me.js', 'await verifier.check(request)', '{ auth: { userId: 1 } }');
    expect((await init(folder, '--framework', 'node')).stderr).not.toContain('needs a token now');
  });

  test('if the guard itself is another one', async () => {
    const folder = createProject(expressGenerator);
    await init(folder);
    edit(folder, 'torii.js', 'requireAuth({', 'optionalAuth({');
    expect((await init(folder)).stderr).not.toContain('needs a token now');
  });
});

describe('what cannot be changed safely', () => {
  const files = {
    'package.json': manifest({ dependencies: { express: '5' } }),
    'src/main.js': "const { createApp } = require('./factory');\ncreateApp(require('express'));\n",
  };

  test('is left to do by hand, with its own exit code', async () => {
    const folder = createProject(files);
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([3, expect.stringContaining("const { me } = require('./me');")]);
    expect(stderr).not.toContain('needs a token now');
    expect(Object.keys(readFiles(folder))).toContain('src/torii.js');
  });

  test('is done once the route is imported', async () => {
    const folder = createProject(files);
    await init(folder);
    expect((await init(folder)).code).toBe(3);
    writeFiles(folder, { 'src/main.js': `const { me } = require('./me');\n${files['src/main.js']}` });
    expect((await init(folder)).code).toBe(0);
  });
});

test('asks for the framework and the issuer in an empty folder, and before it writes', async (context) => {
  const folder = createProject();
  const terminal = await startOnTerminal(context, ['init', '--no-install'], { folder });
  await terminal.shows('Which framework?');
  terminal.type('hono\r');
  await terminal.shows('Your issuer URL');
  terminal.type('\r');
  await terminal.shows('Write these');
  expect(readFiles(folder)).toEqual({});
  terminal.type('y\r');
  expect(await terminal.ended).toBe(0);
  expect(readFiles(folder)['src/app.js']).toContain("app.route('/', me);");
});

test.each([
  ['20.19.0', true],
  ['22.12.0', true],
  ['22.13.0', false],
  ['24.0.0', false],
])('Node %s is too old for the emulator: %s', (version, isOld) => {
  expect(noteOnNode(version)).toEqual(isOld ? [expect.stringContaining('22.13')] : []);
});

test('writes nothing if the answer is no', async (context) => {
  const folder = createProject(expressGenerator);
  const terminal = await startOnTerminal(context, ['init', '--no-install', '--issuer', 'https://acme.torii.so'], {
    folder,
  });
  await terminal.shows('Write these');
  terminal.type('n\r');
  expect(await terminal.ended).toBe(1);
  expect(readFiles(folder)).toEqual(expressGenerator);
});
