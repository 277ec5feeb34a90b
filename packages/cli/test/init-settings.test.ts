// What `torii init` does with settings, which can hold secrets, and with scripts.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runInProcess } from './in-process.ts';
import { createProject, expressGenerator, init, manifest, readFiles } from './init-project.ts';

function git(folder: string, ...args: readonly string[]): void {
  const settings = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  const { status, stderr } = spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
}

function commitAll(folder: string): void {
  git(folder, 'init', '--quiet');
  git(folder, 'add', '--all', '--force');
  git(folder, 'commit', '--quiet', '--message', 'all');
}

test.each(['\n', ''])('the diff shows none of the settings that .env has already', async (end) => {
  const folder = createProject({
    ...expressGenerator,
    '.env': `DB=postgres://u:hunter2@x/y\nPASSWORD=swordfish${end}`,
  });
  const { code, stdout } = await init(folder);
  expect(code).toBe(0);
  expect(stdout).toContain('--- a/.env\n+++ b/.env\n');
  expect(stdout).toContain('\n+TORII_ISSUER=http://127.0.0.1:4100\n');
  expect(stdout).not.toMatch(/hunter2|swordfish/);
});

test('.env is ignored, also if a later line of .gitignore takes it out again', async () => {
  const ignored = '.env\n!.env\n';
  const [plain, repository] = [ignored, ignored].map((text) =>
    createProject({ ...expressGenerator, '.gitignore': text }),
  );
  commitAll(repository ?? '');
  for (const folder of [plain ?? '', repository ?? '']) {
    expect((await init(folder)).code).toBe(0);
    expect(readFiles(folder)['.gitignore']).toBe(`${ignored}.env\n`);
    expect((await init(folder)).stdout).toBe('');
  }
});

test('if git has .env already, taking it out is left to do by hand', async () => {
  const folder = createProject({ ...expressGenerator, '.env': 'A=1\n', '.gitignore': '.env\n' });
  commitAll(folder);
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([3, expect.stringContaining('git rm --cached .env')]);
  git(folder, 'rm', '--quiet', '--cached', '.env');
  expect((await init(folder)).code).toBe(0);
});

test.each([
  ['TORII_ISSUER=\n', 1, 'TORII_ISSUER in .env is empty'],
  ['TORII_SECRET_KEY=sk_live_4f6b1c\n', 2, '--issuer'],
])('nothing is written if .env has %j', async (text, exitCode, message) => {
  const files = { ...expressGenerator, '.env': text };
  const folder = createProject(files);
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([exitCode, expect.stringContaining(message)]);
  expect(stderr).not.toContain('sk_live_4f6b1c');
  expect(readFiles(folder)).toEqual(files);
});

test.each([{ scripts: { dev: 5 } }, { scripts: [] }, { dependencies: 'express' }])(
  'package.json with %j has to be corrected first',
  async (content) => {
    const files = { ...expressGenerator, 'package.json': manifest(content) };
    const folder = createProject(files);
    const { code, stderr } = await init(folder);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/"(?:scripts|dependencies)" in package\.json/)]);
    expect(readFiles(folder)).toEqual(files);
  },
);

test('a script has the path of the app in quotes if a shell needs them, and none that a shell would run', async () => {
  const app = "const express = require('express');\nconst app = express();\napp.listen(3000);\n";
  const files = (path: string) => ({ 'package.json': manifest({ dependencies: { express: '5' } }), [path]: app });
  const folder = createProject(files('my app/index.js'));
  expect((await init(folder)).code).toBe(0);
  expect(JSON.parse(readFiles(folder)['package.json'] ?? '').scripts.dev).toMatch(
    / -- node --watch "my app\/index\.js"$/,
  );
  const dangerous = files('$(id)/index.js');
  const other = createProject(dangerous);
  const { code, stderr } = await init(other);
  expect([code, stderr]).toEqual([1, expect.stringContaining('$(id)/index.js has a character')]);
  expect(readFiles(other)).toEqual(dangerous);
});

test('if the packages cannot be installed, the message names all that is left to install', async () => {
  const folder = createProject({ ...expressGenerator, 'package-lock.json': '{}' });
  const { code, stderr } = await runInProcess(['init', '--yes'], { folder, environment: { PATH: folder } });
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/Run: npm install @torii\/express .*&& npm install --save-dev /),
  ]);
});
