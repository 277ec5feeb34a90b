import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf, runCommand, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';

const secretKey = 'sk_test_4c1dQ8vRzY2mXw7nKpL5sTfB';
let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator({ secretKey, environments: [{ name: 'acme' }] });
});
afterAll(() => torii.stop());

test('names the URLs, the kind of key and their places, and the environment once it has a user', async () => {
  const environment = environmentOf(torii);
  const empty = await runInProcess(['whoami', '--json'], { environment });
  expect(JSON.parse(empty.stdout)).toMatchObject({ accepted: true, environmentId: null, hasUsers: false });
  await torii.createUser({ email: 'ada@example.com', name: 'Ada' });
  const { code, stdout, stderr } = await runInProcess(['whoami', '--json'], { environment });
  expect([code, stderr, JSON.parse(stdout)]).toEqual([
    0,
    '',
    {
      issuer: `${torii.issuer} (from the environment)`,
      apiUrl: `${torii.apiUrl} (from the environment)`,
      secretKey: 'a test key that ends in sTfB (from the environment)',
      accepted: true,
      environmentId: torii.environmentId,
      hasUsers: true,
    },
  ]);
  const table = await runInProcess(['whoami'], { environment });
  expect(table.stdout).toContain(torii.environmentId);
  for (const { stdout } of [table, empty]) expect(stdout).not.toMatch(/4c1dQ8|ada@example|Ada/);
});

test('does not say that there are no users if users do not name their environment', async () => {
  const { url } = await startOddServer((_request, response) => {
    response.end('{"items":[{"id":"a","environmentId":9}],"hasMore":false}');
  });
  const environment = { TORII_API_URL: url, TORII_SECRET_KEY: secretKey };
  const { stdout } = await runInProcess(['whoami', '--json'], { environment });
  expect(JSON.parse(stdout)).toMatchObject({ accepted: true, environmentId: null, hasUsers: true });
});

test('the key chooses the environment, and --settings the file', async () => {
  const acme = torii.environment('acme');
  await acme.createUser({});
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'acme.env'), `TORII_API_URL=${acme.apiUrl}\nTORII_SECRET_KEY=${acme.secretKey}\n`);
  const { stdout } = await runInProcess(['whoami', '--json', '--settings', 'acme.env'], { folder });
  expect(JSON.parse(stdout)).toMatchObject({
    issuer: null,
    secretKey: expect.stringContaining('from acme.env'),
    environmentId: acme.environmentId,
  });
  expect(stdout).not.toContain(acme.secretKey);
});

test('fails if no key is set, and shows the rest', async () => {
  const { code, stdout, stderr } = await runInProcess(['whoami', '--json'], {
    environment: { TORII_ISSUER: torii.issuer },
  });
  expect([code, stderr]).toEqual([1, expect.stringContaining('TORII_SECRET_KEY')]);
  expect(JSON.parse(stdout)).toMatchObject({ secretKey: null, accepted: null });
});

test.each([
  ['a wrong key', { TORII_SECRET_KEY: 'sk_test_9c1dQ8vRzY2mXw7nKpL5sTfB' }, 1, false],
  ['no server', { TORII_API_URL: 'https://torii.invalid' }, 1, null],
  ['a publishable key', { TORII_SECRET_KEY: 'pk_test_9c1dQ8vRzY2mXw7nKpL5sTfB' }, 2, null],
  ['an empty key', { TORII_SECRET_KEY: '' }, 2, null],
  ['plain http', { TORII_API_URL: 'http://api.example.com' }, 2, null],
  ['a login in the URL', { TORII_API_URL: 'https://ada:9c1dQ8@torii.invalid' }, 2, null],
])('fails with %s, and shows no secret', async (_name, wrong, exitCode, accepted) => {
  const { code, stdout, stderr } = await runInProcess(['whoami', '--json'], {
    environment: { ...environmentOf(torii), ...wrong },
  });
  expect([code, JSON.parse(stdout)]).toEqual([exitCode, expect.objectContaining({ accepted })]);
  expect(stderr).toMatch(/^torii: [^\n]+\n$/);
  expect(`${stdout}${stderr}`).not.toMatch(/9c1dQ8|4c1dQ8/);
});

test('never sends a key to a URL from .env if the key comes from elsewhere', async () => {
  const { url, authorizations } = await startOddServer((_request, response) => void response.end('{}'));
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), `TORII_API_URL=${url}\n`);
  const { code } = await runInProcess(['whoami'], { environment: { TORII_SECRET_KEY: secretKey }, folder });
  expect([code, authorizations]).toEqual([2, []]);
});

test('says whose a token is, from a file, a variable or standard input', async () => {
  const token = await torii.token({ userId: 'ada', organization: { id: 'org_1', role: 'org:member' } });
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token.txt'), `Authorization: Bearer ${token}\n`);
  const environment = { TORII_ISSUER: torii.issuer, TOKEN: token };
  for (const [args, input] of [
    [['token.txt'], ''],
    [['--variable', 'TOKEN'], ''],
    [['-'], token],
  ] as const) {
    const { code, stdout } = await runInProcess(['whoami', '--json', ...args], { environment, folder, input });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        userId: 'ada',
        environmentId: torii.environmentId,
        issuer: torii.issuer,
        organizationId: 'org_1',
        role: 'org:member',
        impersonating: false,
        expiresAt: expect.any(Number),
      },
    ]);
  }
});

test.each([
  ['an expired token', () => torii.token({ expiresInSeconds: -600 }), 1],
  ['a forged token', () => torii.token({ signedBy: 'stranger' }), 1],
  ['a token of another issuer', () => torii.environment('acme').token(), 1],
])('does not say whose %s is', async (_name, create, exitCode) => {
  const input = await create();
  const { code, stdout, stderr } = await runInProcess(['whoami', '-'], { environment: environmentOf(torii), input });
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining('torii token why')]);
  expect(stderr).not.toContain(input.slice(0, 20));
});

test.each(['https://ada:hunter2@a.invalid', 'https://ada:1/hunter2@a.invalid', 'https://a.invalid/?k=hunter2#hunter2'])(
  '16: whoami and doctor do not show the password of %s',
  async (url) => {
    const environment = { TORII_ISSUER: url, TORII_API_URL: url, TORII_SECRET_KEY: 'sk_test_0123456789' };
    for (const command of ['whoami', 'doctor']) {
      const { stdout, stderr } = await runInProcess([command, '--json'], { environment });
      expect(stdout + stderr).not.toContain('hunter2');
    }
  },
);

test('refuses a token as an argument, and does not wait for standard input without being asked', async () => {
  const refused = await runInProcess(['whoami', await torii.token()], { environment: environmentOf(torii) });
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(await runCommand(['whoami'], { environment: environmentOf(torii) })).toMatchObject({ code: 0, stderr: '' });
});
