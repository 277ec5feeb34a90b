import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { configurationOf, type Program } from './program.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const node = [process.execPath, '--conditions=@torii/source', main];

/** Starts the program with another command, such as `unshare`, in front of it. */
function runBehind([command = '', ...front]: readonly string[], args: readonly string[], environment = {}): Program {
  const child = spawn(command, [...front, ...node, ...args], { env: { PATH: process.env['PATH'], ...environment } });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  onTestFinished(async () => {
    kill(child, 'SIGKILL');
    await ended;
  });
  return { process: child, output: () => output, ended };
}

/** Sends a signal to a process and its children. `unshare` does not pass signals on. */
function kill({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  for (const child of children === '' ? [String(pid)] : children.split(' ')) process.kill(Number(child), signal);
}

function requireUnshare({ skip }: Pick<TestContext, 'skip'>, ...options: readonly string[]): readonly string[] {
  const { status, stderr, error } = spawnSync('unshare', [...options, 'true'], { encoding: 'utf8' });
  if (status === 0) return ['unshare', ...options];
  const reason = (error?.message ?? stderr).trim();
  return skip(`needs unshare ${options.join(' ')} (${reason}). Run as root on Linux with util-linux`);
}

test('ends cleanly at SIGTERM and Ctrl-C as the first process of a container', async ({ skip }) => {
  const front = requireUnshare({ skip }, '--pid', '--fork');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const program = runBehind(front, ['--port', '0']);
    const { issuer } = await configurationOf(program);
    kill(program.process, signal);
    expect(await program.ended).toBe(0);
    await expect(fetch(issuer)).rejects.toThrow();
  }
});

const readOnly =
  'mount --bind / / && mount -o remount,bind,ro / && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';

test('needs no writable file system, home folder or root user', async ({ skip }) => {
  const front = [...requireUnshare({ skip }, '--mount'), 'sh', '-c', readOnly, 'sh'];
  const program = runBehind(front, ['--port', '0']);
  const { issuer } = await configurationOf(program);
  expect((await fetch(`${issuer}/_torii/.well-known/jwks.json`)).status).toBe(200);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('says that the folder of the data must be writable', async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-container-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const unshare = requireUnshare({ skip }, '--mount');
  const data = join(folder, 'torii.db');
  for (const front of [
    [...unshare, 'sh', '-c', readOnly, 'sh'],
    ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ]) {
    chmodSync(folder, 0o755);
    const program = runBehind(front, ['--port', '0', '--data', data]);
    expect([await program.ended, program.output()]).toEqual([1, expect.stringMatching(/torii\.db.*writable/)]);
    expect(program.output()).not.toMatch(/\n +at /);
  }
});

test('reads its options from variables, and prefers arguments to them', async () => {
  const environment = {
    TORII_EMULATOR_PORT: '0',
    TORII_EMULATOR_HOST: '0.0.0.0',
    TORII_EMULATOR_PUBLIC_ORIGIN: 'http://localhost:8080',
    TORII_EMULATOR_ALLOW_HOST: 'torii, api',
    TORII_EMULATOR_ALLOW_ORIGIN: 'http://localhost:3000, http://localhost:5173',
    TORII_EMULATOR_SECRET_KEY: 'sk_test_variable',
  };
  const program = runBehind(['env'], [], environment);
  expect(await configurationOf(program)).toEqual({
    issuer: 'http://localhost:8080',
    apiUrl: 'http://localhost:8080',
    secretKey: 'sk_test_variable',
  });
  const other = runBehind(['env'], ['--public-origin', 'https://torii.test'], environment);
  expect(await configurationOf(other)).toMatchObject({ issuer: 'https://torii.test' });
});

test.each([
  [{ TORII_EMULATOR_PORT: 'x' }, 'TORII_EMULATOR_PORT'],
  [{ TORII_EMULATOR_PORT: '' }, 'TORII_EMULATOR_PORT'],
  [{ TORII_EMULATOR_HOST: '10.0.0.1' }, 'TORII_EMULATOR_HOST'],
  [{ TORII_EMULATOR_PUBLIC_ORIGIN: 'http://torii:4100' }, '--public-origin'],
  [{ TORII_EMULATOR_ALLOW_HOST: 'torii:4100' }, '--allow-host'],
  [{ TORII_EMULATOR_ALLOW_HOST: 'torii,' }, '--allow-host'],
  [{ TORII_EMULATOR_SECRET_KEY: 'sk_live_1234' }, 'TORII_EMULATOR_SECRET_KEY'],
])('refuses the variables %j with 2', async (environment, name) => {
  const program = runBehind(
    ['env'],
    ['--port', '0'].slice(Number('TORII_EMULATOR_PORT' in environment) * 2),
    environment,
  );
  expect([await program.ended, program.output()]).toEqual([2, expect.stringContaining(name)]);
  expect(program.output()).not.toMatch(/sk_live_1234|allowedHosts|publicOrigin|\n +at /);
});

test('ignores a variable of Kubernetes for a service that is called torii-emulator', async () => {
  const environment = { TORII_EMULATOR_PORT: 'tcp://10.0.0.1:9', TORII_PORT: 'tcp://10.0.0.1:9' };
  const program = runBehind(
    ['env'],
    ['--host', '127.0.0.1', '--data', join(tmpdir(), 'missing', 'torii.db')],
    environment,
  );
  // It fails at the data, after it has read its options: no port of this machine is needed.
  expect([await program.ended, program.output()]).toEqual([1, expect.stringContaining('torii.db')]);
});

test('one Ctrl-C that arrives twice, as under npx, ends it cleanly', async () => {
  const program = runBehind(['env'], ['--port', '0']);
  await configurationOf(program);
  program.process.kill('SIGINT');
  program.process.kill('SIGINT');
  expect(await program.ended).toBe(0);
});
