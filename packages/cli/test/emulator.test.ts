import { once } from 'node:events';
import { expect, test } from 'vitest';
import { runCommand, startCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('runs an emulator until %s, and ends it too', async (signal, code) => {
  const command = startCommand(['emulator', '--port', '0', '--token-lifetime', '60']);
  let text = '';
  while (!text.includes('Ctrl-C')) [text] = [text + (await once(command.stdout, 'data'))[0]];
  const issuer = /TORII_ISSUER=(\S+)/.exec(text)?.[1] ?? '';
  expect((await fetch(`${issuer}/_torii/.well-known/jwks.json`)).status).toBe(200);
  command.kill(signal);
  expect(await command.ended).toMatchObject({ code, stderr: '' });
  await expect(fetch(issuer)).rejects.toThrow();
});

test('stops at Ctrl-C on a terminal', async (context) => {
  const terminal = await startOnTerminal(context, ['emulator', '--port=0']);
  await terminal.shows('Ctrl-C');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).not.toMatch(/\n +at /);
});

test('stops at SIGTERM after its output was closed', async () => {
  const command = startCommand(['emulator', '--port', '0']);
  await once(command.stdout, 'data');
  command.stdout.destroy();
  // A closed pipe is only noticed at the next write, and the emulator does not write without requests.
  command.kill('SIGTERM');
  expect((await command.ended).code).toBe(143);
});

test.each([
  [['--prt', '0'], 2, '--port?'],
  [['--seed', 'none.json'], 2, 'none.json'],
  [['--data', '/none/of/this.db'], 1, '/none/of/this.db'],
])('leaves %j to the emulator, and its exit code', async (args, exitCode, message) => {
  const { code, stdout, stderr } = await runCommand(['emulator', '--port', '0', ...args]);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
});

test('shows its own help, and the help of the emulator after two dashes', async () => {
  expect((await runCommand(['emulator', '--help'])).stdout).toMatch(/^Usage: torii emulator/);
  expect((await runCommand(['emulator', '--', '--help'])).stdout).toMatch(/^Usage: torii-emulator/);
});
