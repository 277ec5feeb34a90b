import { once } from 'node:events';
import { startEmulator } from '@torii/emulator';
import { expect, test } from 'vitest';
import { runCommand, startCommand } from './command.ts';
import { createProject } from './init-project.ts';
import { startOnTerminal } from './terminal.ts';

/** Runs a program with the emulator on a free port. */
const dev = (code: string, ...options: readonly string[]) => [
  'dev',
  '--port',
  '0',
  ...options,
  '--',
  process.execPath,
  '-e',
  code,
];

/** An app that writes the issuer of its emulator, and runs until it is ended. */
const app = "console.log('issuer', process.env.TORII_ISSUER, process.pid); setInterval(() => {}, 1000);";

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('the app gets the variables of a running emulator, in place of those that are set', async () => {
  const code = `fetch(process.env.TORII_ISSUER + '/_torii/.well-known/jwks.json').then(({ status }) =>
    console.log(JSON.stringify([status, process.env.TORII_API_URL === process.env.TORII_ISSUER,
      Object.keys(process.env).filter((name) => name.startsWith('TORII_')).sort()])));`;
  const environment = { TORII_ISSUER: 'https://acme.torii.so' };
  const { code: exitCode, stdout } = await runCommand(dev(code), { environment });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    200,
    true,
    [
      'TORII_API_URL',
      'TORII_ENVIRONMENT_ID',
      'TORII_ISSUER',
      'TORII_PUBLISHABLE_KEY',
      'TORII_SECRET_KEY',
      'TORII_WEBHOOK_SECRET',
    ],
  ]);
});

test('ends with the exit code of the app, and passes its arguments', async () => {
  const code = 'process.exit(process.argv.length)';
  expect((await runCommand([...dev(code), '--', '--help', 'y'])).code).toBe(3);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the app, the emulator and torii', async (signal, exitCode) => {
  const command = startCommand(dev(app));
  let text = '';
  while (!text.includes('\n')) [text] = [text + (await once(command.stdout, 'data'))[0]];
  const [, issuer = '', pid] = text.trim().split(' ');
  command.kill(signal);
  expect((await command.ended).code).toBe(exitCode);
  expect(isRunning(Number(pid))).toBe(false);
  await expect(fetch(issuer)).rejects.toThrow();
});

test('Ctrl-C on a terminal ends both', async (context) => {
  const terminal = await startOnTerminal(context, dev(app));
  await terminal.shows(/issuer http\S+ \d+/);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(isRunning(Number(/issuer \S+ (\d+)/.exec(terminal.text())?.[1]))).toBe(false);
});

test.each<readonly [string, readonly string[], number | string, string]>([
  ['no command', ['dev'], 2, 'command'],
  ['a command that does not exist', ['dev', '--port', '0', '--', './none-such'], 2, './none-such'],
  ['a seed that does not exist', dev(app, '--seed', 'none.json'), 2, 'none.json'],
  ['a port that is no number', ['dev', '--port', 'x', '--', 'node'], 2, '--port'],
])('reports %s', async (_what, args, code, message) => {
  expect(await runCommand(args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

test('if the port is in use by another emulator, says so, and how to use a free one', async () => {
  await using other = await startEmulator();
  const { port } = new URL(other.issuer);
  const { code, stderr } = await runCommand(['dev', '--port', port, '--', 'node']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/another emulator[\s\S]*torii dev --port 0/)]);
});

const users = `fetch(process.env.TORII_API_URL + '/api/server/v1/users/search', { method: 'POST', body: '{}',
  headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.EXPECTED_KEY } })
  .then(async (response) => console.log(response.status, (await response.json()).items?.[0]?.primaryEmail ?? ''));`;
const seed = '{ "users": [{ "email": "ada@example.com" }] }';

test('the emulator has the users of the seed, and the secret key of .env', async () => {
  const env = 'TORII_ISSUER=http://127.0.0.1:4100\nTORII_SECRET_KEY=sk_test_of_this_app\n';
  const folder = createProject({ '.env': env, 'seed.json': seed });
  const environment = { EXPECTED_KEY: 'sk_test_of_this_app' };
  const { stdout } = await runCommand(dev(users, '--seed', 'seed.json'), { folder, environment });
  expect(stdout).toMatch(/^200 /);
});

test('the key of a real environment is not given to the emulator', async () => {
  const env = 'TORII_ISSUER=https://acme.torii.so\nTORII_SECRET_KEY=sk_test_of_this_app\n';
  const folder = createProject({ '.env': env });
  const { stdout } = await runCommand(dev(users), { folder, environment: { EXPECTED_KEY: 'sk_test_of_this_app' } });
  expect(stdout).toMatch(/^401 /);
});
