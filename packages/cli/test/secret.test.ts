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

test('creates a different secret each time', async () => {
  const { stdout } = await runCommand(['secret', '--count', '1000']);
  expect(new Set(stdout.split('\n')).size).toBe(1001);
});

test('writes raw bytes to a pipe without a line ending', () => {
  const { stdout, status } = spawnSync(process.execPath, nodeArguments(['secret', '-q', '-f', 'raw', '-l', '33'], {}), {
    env: cleanEnvironment({}),
  });
  expect([status, stdout.length]).toEqual([0, 33]);
});

test('refuses to write raw bytes to a terminal and exits with 2', async (context) => {
  const terminal = await startOnTerminal(context, ['secret', '--format', 'raw']);
  expect([await terminal.ended, terminal.text()]).toEqual([2, expect.stringContaining('--format raw')]);
});

test('describes the secret on a terminal', async (context) => {
  const terminal = await startOnTerminal(context, ['secret'], { columns: 40 });
  expect([await terminal.ended, terminal.text()]).toEqual([0, expect.stringContaining('512 bits')]);
});

test.each<[string, readonly string[], RegExp]>([
  ['a length that is too short for HS256', ['--length', '31'], /--length.*32.*1024/],
  ['a length in exponent notation', ['--length', '1e9'], /--length.*32.*1024/],
  ['a length in words', ['--length', 'long'], /--length.*32.*1024/],
  ['a negative length', ['--length=-1'], /--length.*32.*1024/],
  ['a count of 0', ['--count', '0'], /--count.*1000/],
  ['another format', ['--format', 'base32'], /--format.*hex, base64, raw/],
  ['raw bytes with --env', ['--format', 'raw', '--env'], /--format base64/],
  ['raw bytes with --count', ['--format', 'raw', '--count', '2'], /--format base64/],
])('refuses %s with 2', async (_name, args, message) => {
  const { code, stdout, stderr } = await runCommand(['secret', ...args]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
});
