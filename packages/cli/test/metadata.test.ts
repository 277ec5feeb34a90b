import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf, temporaryFolder } from './command.ts';
import { type InProcess, runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';

let torii: Emulator;
let ada: User;
beforeEach(async () => {
  torii = await startEmulator();
  ada = await torii.createUser({
    email: 'ada@example.com',
    publicMetadata: { plan: 'free', limits: { seats: 5, projects: 2 } },
    privateMetadata: { crm: 7 },
  });
});
afterEach(() => torii.stop());

function run(args: readonly string[], options: InProcess = {}): Promise<Ended> {
  return runInProcess(['users', ...args], { environment: environmentOf(torii), ...options });
}

async function stored(): Promise<unknown> {
  const { stdout } = await run(['metadata', ada.id, '--json']);
  return JSON.parse(stdout);
}

test('shows the metadata of a user', async () => {
  expect(await stored()).toEqual({
    id: ada.id,
    publicMetadata: { plan: 'free', limits: { seats: 5, projects: 2 } },
    privateMetadata: { crm: 7 },
    unsafeMetadata: {},
  });
  const { stdout } = await run(['metadata', 'ada@example.com']);
  expect(stdout).toBe(
    `id\t${ada.id}\npublic\t{"plan":"free","limits":{"seats":5,"projects":2}}\nprivate\t{"crm":7}\nunsafe\t{}\n`,
  );
});

test('merges metadata: a null removes a key, and other bags stay', async () => {
  const patch = ['--public', '{"plan":"pro","limits":{"seats":null}}', '--unsafe', '{"theme":"dark"}'];
  expect(await run(['metadata', 'ada@example.com', ...patch])).toMatchObject({ code: 0, stderr: '' });
  expect(await stored()).toEqual({
    id: ada.id,
    publicMetadata: { plan: 'pro', limits: { projects: 2 } },
    privateMetadata: { crm: 7 },
    unsafeMetadata: { theme: 'dark' },
  });
});

test('reads metadata from a file and from standard input', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'crm.json'), '\ufeff{"name":"Ærø"}\n');
  for (const dash of ['-', '@-']) {
    const args = ['metadata', ada.id, '--private', '@crm.json', '--public', dash];
    expect(await run(args, { folder, input: '{"plan":"pro"}' })).toMatchObject({ code: 0, stderr: '' });
  }
  expect(await stored()).toMatchObject({ publicMetadata: { plan: 'pro' }, privateMetadata: { crm: 7, name: 'Ærø' } });
});

test('changes metadata and other fields of a user together', async () => {
  const args = ['update', ada.id, '--first-name', 'Ada', '--public', '{"plan":"pro"}', '--json'];
  const { code, stdout } = await run(args);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    { firstName: 'Ada', publicMetadata: { plan: 'pro', limits: { seats: 5 } }, privateMetadata: { crm: 7 } },
  ]);
  expect(await run(['update', ada.id, '--unsafe', '{"theme":"dark"}'])).toMatchObject({ code: 0, stderr: '' });
  expect(await stored()).toMatchObject({ unsafeMetadata: { theme: 'dark' } });
});

test('changes nothing if the metadata is refused', async () => {
  const large = `{"text":"${'x'.repeat(8_150)}"}`;
  const { code, stderr } = await run(['update', ada.id, '--first-name', 'Ada', '--public', large]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*400/)]);
  expect((await run(['get', ada.id, '--json'])).stdout).toContain('"firstName":null');
});

test('says what was changed if only the metadata was', async () => {
  const { url } = await startOddServer(({ url = '' }, response) => {
    response.writeHead(url.endsWith('/metadata') ? 200 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: ada.id, code: 'invalid_request' }));
  });
  const environment = { TORII_SECRET_KEY: torii.secretKey, TORII_API_URL: url };
  const args = ['update', ada.id, '--first-name', 'Ada', '--public', '{"plan":"pro"}'];
  const { code, stdout, stderr } = await run(args, { environment });
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^.*metadata.*\ntorii: .*400.*\n$/)]);
});

const secret = 'hunter2-private';

test.each<[string, string]>([
  ['half a JSON', `{"${secret}":`],
  ['a text', `"${secret}"`],
  ['a bare word', secret],
  ['a list', `["${secret}"]`],
  ['a number', '5'],
  ['null', 'null'],
  ['nothing', ''],
  ['a prototype key', `{"__proto__":{"${secret}":true}}`],
  ['a prototype key inside', `{"a":[{"b":{"__proto__":"${secret}"}}]}`],
  ['a number that JSON cannot express', `{"${secret}":1e999}`],
  ['lists that are nested 10,000 levels deep', `{"${secret}":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['two values', `{} {"${secret}":1}`],
  ['a file that does not exist', '@no.json'],
  ['a file without a name', '@'],
])('refuses %s as metadata before any request, without showing it', async (_name, json) => {
  const before = torii.requests.api;
  for (const args of [
    ['metadata', ada.id],
    ['update', ada.id],
    ['create', '--email', 'bo@example.com'],
  ]) {
    const { code, stdout, stderr } = await run([...args, '--private', json]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^torii: .*\n$/)]);
    expect(stderr).not.toContain(secret);
  }
  expect(torii.requests.api).toBe(before);
  expect(Object.prototype).not.toHaveProperty(secret);
});

test('refuses a file that is not JSON, or not text, or too long', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'text.json'), secret);
  writeFileSync(join(folder, 'binary.json'), Buffer.of(0x7b, 0xff, 0x00, 0x7d));
  writeFileSync(join(folder, 'long.json'), `{"a":"${'x'.repeat(1_100_000)}"}`);
  for (const name of ['text.json', 'binary.json', 'long.json', '.']) {
    const { code, stderr } = await run(['metadata', ada.id, '--private', `@${name}`], { folder });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^torii: .*\n$/)]);
    expect(stderr).not.toContain(secret);
  }
});

test.each([[['--public', '-', '--private', '@-']], [['--public', '-', '--secret-key-file', '-']]])(
  'reads standard input for one option only: %j',
  async (args) => {
    const { code, stderr } = await run(['metadata', ada.id, ...args], { input: '{}' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--public')]);
  },
);

test('refuses metadata that is nested too deeply, in the words of the command line', async () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const tooDeep = await run(['metadata', ada.id, '--public', nested(300)]);
  expect([tooDeep.code, tooDeep.stderr]).toEqual([2, expect.stringMatching(/^torii: --public .*\n$/)]);
  const refused = await run(['metadata', ada.id, '--public', nested(100)]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('400 invalid_request')]);
});

test('refuses metadata over 8 KB, in bytes and for the three bags together', async () => {
  const part = `{"text":"${'æ'.repeat(1_500)}"}`;
  const { code, stderr } = await run(['metadata', ada.id, '--public', part, '--private', part, '--unsafe', part]);
  expect([code === 0, stderr]).toEqual([false, expect.stringMatching(/^torii: .*\n$/)]);
  expect(await stored()).toMatchObject({ unsafeMetadata: {} });
});

test('reports fields that a version of Torii ignores', async () => {
  const { url } = await startOddServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: ada.id, email: 'bo@example.com', status: 'active' }));
  });
  const environment = { TORII_SECRET_KEY: torii.secretKey, TORII_API_URL: url };
  const fields = ['--first-name', 'Bo', '--public', '{"a":1}'];
  for (const args of [
    ['create', '--email', 'bo@example.com'],
    ['update', ada.id],
  ]) {
    const { code, stderr } = await run([...args, ...fields], { environment });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^.*firstName.*publicMetadata.*\n$/)]);
    expect(stderr).not.toContain('email');
  }
});
