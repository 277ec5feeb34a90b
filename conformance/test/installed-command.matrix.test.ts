// The command as it is published, in a folder without any other code of this repository.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort } from '../src/process-server.ts';
import { findings, lacking } from './found-holes.ts';
import { createPackedFolder } from './packed-folder.ts';

let folder: string;

beforeAll(() => {
  folder = createPackedFolder();
  cpSync(join(import.meta.dirname, 'foreign-server.mjs'), join(folder, 'server.mjs'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ask(...args: readonly string[]) {
  const program = join('node_modules', '@torii', 'conformance', 'dist', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const usual = ['--level', 'decisions', '--without', lacking.join(',')];

test('the folder has no other package of ours', () => {
  expect(readdirSync(join(folder, 'node_modules')).toSorted()).toEqual(['@torii', 'jose']);
  expect(readdirSync(join(folder, 'node_modules', '@torii'))).toEqual(['conformance']);
});

test('a server without our code passes, and the summary says what was not tested', () => {
  const { status, stdout } = ask(...usual, '--', process.execPath, 'server.mjs');
  expect(stdout).toMatch(/level decisions: \d{3} passed, 0 failed, \d+ not tested/);
  for (const feature of lacking)
    expect(stdout).toMatch(new RegExp(`not tested: \\d+ cases?, needs (\\w+ and )?${feature}`));
  expect(status).toBe(0);
});

test('a server that ends at a malformed path fails these cases and no other', () => {
  const hole = 'ends if a path cannot be decoded';
  const { status, stdout } = ask(...usual, '--only', ': /docs/%', '--json', '--', process.execPath, 'server.mjs', hole);
  const { results } = JSON.parse(stdout);
  const failed = results.filter((each: { outcome: string }) => each.outcome === 'failed');
  expect(failed.map((each: { name: string }) => each.name)).toContain(findings[hole]);
  for (const { name, details } of failed) {
    expect(name).toMatch(/%(?:[fc]|e0|zz|$)/);
    expect(details).toEqual([expect.stringContaining('The server ended: the code 1.')]);
  }
  expect(status).toBe(1);
});

test('at the level responses, a server without our code fails', () => {
  const { status, stdout } = ask(
    '--only',
    'no token',
    '--without',
    lacking.join(),
    '--',
    process.execPath,
    'server.mjs',
  );
  expect(stdout).toContain('failed');
  expect(status).toBe(1);
});

test('a server that lacks features is told how to leave out their cases', () => {
  const { stdout } = ask('--level', 'decisions', '--with', 'cookie,preflight', '--', process.execPath, 'server.mjs');
  expect(stdout).toContain('--without cookie,preflight');
});

test('a server that already runs is asked, except for cases that need other options', async () => {
  const [port, issuerPort] = [await findFreePort(), await findFreePort()];
  const options = JSON.stringify({ publicPaths: ['/health', '/docs/*'] });
  const issuer = `http://127.0.0.1:${issuerPort}`;
  const environment = { PORT: String(port), HOST: '127.0.0.1', TORII_ISSUER: issuer, TORII_OPTIONS: options };
  const server = spawn(process.execPath, ['server.mjs'], { cwd: folder, env: { ...process.env, ...environment } });
  try {
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() =>
        fetch(url).then(
          ({ ok }) => ok,
          () => undefined,
        ),
      )
      .toBe(false);
    const args = [...usual, '--url', url, '--issuer-port', String(issuerPort)];
    const { status, stdout } = ask(...args);
    expect(stdout).toMatch(/level decisions: \d{3} passed, 0 failed/);
    expect(stdout).toMatch(/not tested: \d+ cases, needs a server with the options audience/);
    expect(status).toBe(0);
  } finally {
    server.kill();
  }
});

test.each([
  [[], 'Pass the command that starts the server'],
  [['--without', 'cookies', '--', 'node'], '--without names cookies. Write one of optional, publicPaths'],
  [['--level', 'strict', '--', 'node'], '--level is strict. Write responses or decisions.'],
  [['--with', 'cookies', '--', 'node'], '--with names cookies. Write one of optional, publicPaths'],
  [['--with', 'cookie', '--without', 'checks', '--', 'node'], 'Pass --with or --without, not both.'],
  [['--url', 'http://127.0.0.1:1'], 'No server answers at http://127.0.0.1:1: '],
  [['--url', 'https://example.com'], '--url is https://example.com. Write an origin, such as http://127.0.0.1:3000.'],
  [['--url', 'http://127.0.0.1:3000', '--', 'node'], 'Pass --url or a command after --, not both.'],
  [['--url', 'http://127.0.0.1:3000', '--options', 'nope'], '--options is nope. Write one of usual, '],
  [['--start-seconds', 'soon', '--', 'node'], '--start-seconds is soon. Write a whole number from 1 to 3600.'],
  [['--nope'], "Unknown option '--nope'"],
  [['--', 'no-such-program'], 'did not start on port'],
  [
    ['--', process.execPath, '-e', 'console.log("missing key"); process.exit(3)'],
    'it ended with the code 3.\nmissing key',
  ],
  [['--only', 'no such case', '--', 'node'], 'No case was asked.'],
])('%j cannot be run', (args, message) => {
  const { status, stderr } = ask(...args);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('the whole server of the README passes without the features that the README names', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, section = ''] = readme.split('### A whole server');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(section) ?? [];
  const [, options = ''] = /`(--level [^`]+)`/.exec(section) ?? [];
  writeFileSync(join(folder, 'readme.mjs'), code);
  const { status, stdout } = ask(...options.split(' '), '--', process.execPath, 'readme.mjs');
  expect(stdout).toMatch(/level decisions: \d{3} passed, 0 failed/);
  expect(status).toBe(0);
});

test('the cases can be imported as JSON', () => {
  writeFileSync(
    join(folder, 'cases.mjs'),
    `import table from '@torii/conformance/cases.json' with { type: 'json' };
     import webhooks from '@torii/conformance/webhooks.json' with { type: 'json' };
     console.log(table.cases[0].name, webhooks.cases[0].name);`,
  );
  const { stdout } = spawnSync(process.execPath, ['cases.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('a good token a valid delivery\n');
});
