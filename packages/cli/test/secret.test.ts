import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cleanEnvironment, nodeArguments, runCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

test.each<[readonly string[], RegExp]>([
  [[], /^[0-9a-f]{128}\n$/],
  [['--length', '32'], /^[0-9a-f]{64}\n$/],
  [['-f', 'base64', '-l', '48'], /^[\w+/]{64}\n$/],
  [['--count', '3'], /^([0-9a-f]{128}\n){3}$/],
  [['--env'], /^JWT_SECRET=[0-9a-f]{128}\n$/],
  [['-e', '-c', '2', '-l', '32', '-f', 'base64'], /^(JWT_SECRET=[\w+/]{43}=\n){2}$/],
])('%j', async (args, stdout) => {
  const ended = await runCommand(['secret', ...args]);
  expect(ended).toEqual({ code: 0, stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(/\d+ bits/) });
  expect(await runCommand(['secret', '--quiet', ...args])).toMatchObject({ code: 0, stderr: '' });
});

test('makes another one each time', async () => {
  const { stdout } = await runCommand(['secret', '--count', '1000']);
  expect(new Set(stdout.split('\n')).size).toBe(1001);
});

test('writes raw bytes into a pipe, and nothing after them', () => {
  const { stdout, status } = spawnSync(process.execPath, nodeArguments(['secret', '-q', '-f', 'raw', '-l', '33'], {}), {
    env: cleanEnvironment({}),
  });
  expect([status, stdout.length]).toEqual([0, 33]);
});

test('keeps raw bytes off a terminal, with 2', async (context) => {
  const terminal = await startOnTerminal(context, ['secret', '--format', 'raw']);
  expect([await terminal.ended, terminal.text()]).toEqual([2, expect.stringContaining('--format raw')]);
});

test('says on a terminal what it is', async (context) => {
  const terminal = await startOnTerminal(context, ['secret'], { columns: 40 });
  expect([await terminal.ended, terminal.text()]).toEqual([0, expect.stringContaining('512 bits')]);
});

test.each<[string, readonly string[], RegExp]>([
  ['a length below what HS256 takes', ['--length', '31'], /--length.*32.*1024/],
  ['a length without end', ['--length', '1e9'], /--length.*32.*1024/],
  ['a length in words', ['--length', 'long'], /--length.*32.*1024/],
  ['a negative length', ['--length=-1'], /--length.*32.*1024/],
  ['none', ['--count', '0'], /--count.*1000/],
  ['another format', ['--format', 'base32'], /--format.*hex, base64, raw/],
  ['raw bytes in a line', ['--format', 'raw', '--env'], /--format base64/],
  ['raw bytes without a border', ['--format', 'raw', '--count', '2'], /--format base64/],
])('refuses %s with 2', async (_name, args, message) => {
  const { code, stdout, stderr } = await runCommand(['secret', ...args]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
});
