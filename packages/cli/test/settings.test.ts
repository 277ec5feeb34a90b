import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, environmentOf, runCommand, temporaryFolder } from './command.ts';

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator({ secretKey: 'sk_test_0123' });
  await torii.createUser({ email: 'ada@example.com' });
});
afterAll(() => torii.stop());

interface Given {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a command that sends one request to the REST API. */
async function count({ args = [], environment = {}, files = {}, input = '' }: Given): Promise<Ended> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const program = new URL('./frame-program.ts', import.meta.url);
  const ended = await runCommand(['count', ...args], { program, environment, folder, input });
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/sk_test_\w|secretKey|\n +at /);
  return ended;
}

function envFile(overrides: Readonly<Record<string, string>> = {}): string {
  const all = { ...environmentOf(torii), ...overrides };
  return Object.entries(all)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}

const good = { code: 0, stdout: '1 users\n', stderr: '' };
const nowhere = 'http://127.0.0.1:2';

test('reads the environment', async () => {
  expect(await count({ environment: environmentOf(torii) })).toEqual(good);
});

test('reads .env', async () => {
  expect(await count({ files: { '.env': envFile() } })).toEqual(good);
});

test('reads the file that --settings names, and not .env', async () => {
  const files = { '.env': envFile({ TORII_API_URL: nowhere }), 'live.env': envFile() };
  expect(await count({ args: ['--settings', 'live.env'], files })).toEqual(good);
});

test('prefers the environment to .env, and a flag to both', async () => {
  const files = { '.env': envFile({ TORII_SECRET_KEY: 'sk_test_wrong', TORII_API_URL: nowhere }) };
  expect(await count({ environment: environmentOf(torii), files })).toEqual(good);
  const environment = { ...environmentOf(torii), TORII_API_URL: nowhere };
  expect(await count({ args: ['--api-url', torii.apiUrl], environment, files })).toEqual(good);
});

test('reads the secret key from a file, or from standard input', async () => {
  const environment = { TORII_API_URL: torii.apiUrl, TORII_SECRET_KEY: 'sk_test_wrong' };
  const files = { key: 'sk_test_0123\n' };
  expect(await count({ args: ['--secret-key-file', 'key'], environment, files })).toEqual(good);
  expect(await count({ args: ['--secret-key-file', '-'], environment, input: 'sk_test_0123\n' })).toEqual(good);
});

test('never sends a key to a URL from .env if the key comes from elsewhere', async () => {
  const before = torii.requests.api;
  const files = { '.env': `TORII_API_URL=${torii.apiUrl}\n`, key: 'sk_test_0123' };
  const TORII_SECRET_KEY = 'sk_test_0123';
  for (const given of [{ environment: { TORII_SECRET_KEY } }, { args: ['--secret-key-file', 'key'] }]) {
    const { code, stderr } = await count({ ...given, files });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^torii: .*TORII_API_URL.*\.env/)]);
  }
  expect(torii.requests.api).toBe(before);
});

test.each<[string, Given, number, string]>([
  ['no key at all', {}, 2, 'TORII_SECRET_KEY'],
  ['an empty key', { environment: { TORII_SECRET_KEY: '' } }, 2, 'TORII_SECRET_KEY'],
  ['a publishable key', { environment: { TORII_SECRET_KEY: 'pk_test_1' } }, 2, 'TORII_SECRET_KEY'],
  ['a file that does not exist', { args: ['--settings', 'none.env'] }, 2, 'none.env'],
  ['a key file that does not exist', { args: ['--secret-key-file', 'none'] }, 2, 'none'],
  [
    'plain http',
    { args: ['--api-url', 'http://example.com'], environment: { TORII_SECRET_KEY: 'sk_test_0123' } },
    2,
    'https://',
  ],
  [
    'a server that is not there',
    { environment: { TORII_SECRET_KEY: 'sk_test_0123', TORII_API_URL: nowhere } },
    1,
    'ECONNREFUSED',
  ],
])('says in one line what to do about %s', async (_name, given, exitCode, message) => {
  const { code, stdout, stderr } = await count(given);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('names the variable of the key if the API refuses the key', async () => {
  const environment = { ...environmentOf(torii), TORII_SECRET_KEY: 'sk_test_other' };
  const { code, stderr } = await count({ environment });
  expect([code, stderr]).toEqual([1, expect.stringContaining('401 invalid_secret_key')]);
  expect(stderr).toContain('TORII_SECRET_KEY');
  expect(stderr).not.toContain('withheld');
});
