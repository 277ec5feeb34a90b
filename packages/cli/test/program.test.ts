import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { runTorii } from '../src/index.ts';
import { runCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

test.each<[string, readonly string[], RegExp]>([
  ['a misspelled command', ['secrt'], /'secrt'.*\bsecret\?/],
  ['an unknown option', ['secret', '--lenght', '40'], /'--lenght'.*--length\?/],
  ['an unexpected argument', ['secret', 'more'], /'secret'/],
  ['an option without its value', ['secret', '--length'], /--length/],
  ['a command that holds a line break', ['a\nb\x1b[2J'], /'a b'/],
])('exits with 2 and one line for %s', async (_name, args, message) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  expect(stderr).toMatch(/^torii: .*--help.*\n$/);
});

test.each([
  [['secret', '--secret-key', 'sk_live_0123']],
  [['secret', '--secret-key=sk_live_0123']],
  [['sk_test_0123']],
  [['--', 'sk_test_0123']],
])('refuses a secret key among the arguments, and does not repeat it: %j', async (args) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/TORII_SECRET_KEY.*--secret-key-file/)]);
  expect(stderr).not.toContain('0123');
});

test.each(['--token=sk_live_0123', 'eyJhbGciOiJub25lIn0.e30.', '--key=whsec_0123'])(
  'repeats nothing that looks like a secret: %s',
  async (argument) => {
    const { code, stderr } = await runCommand(['secret', argument]);
    expect([code, stderr]).toEqual([2, expect.not.stringMatching(/0123|eyJ/)]);
  },
);

test('shows the help on standard error and exits with 2 without a command', async () => {
  const { code, stdout, stderr } = await runCommand([]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('Commands:')]);
});

test.each([
  [['--help']],
  [['help']],
  [['help', 'secret']],
  [['secret', '-h']],
  [['help', 'users', 'create']],
  [['users', 'help', 'create']],
  [['users', 'create', '--email', 'ada@example.com', '--help']],
  [['users', 'list', '--limit', 'x', '-h']],
  [['help', 'help']],
  [['--help', 'secret']],
])('%j shows help, with 0', async (args) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('Usage: torii'), '']);
});

test.each([
  [['help', 'users', 'create'], 'Usage: torii users create'],
  [['users', 'help', 'create'], 'Usage: torii users create'],
  [['--help', 'users'], 'Usage: torii '],
])('%j shows the help of the command', async (args, usage) => {
  expect((await runCommand(args)).stdout).toContain(usage);
});

test.each<[readonly string[], string]>([
  [['help', 'secrt'], 'secret?'],
  [['secrt', '--help'], 'secret?'],
  [['users', 'crate', '-h'], 'create?'],
  [['help', 'users', 'crate'], 'create?'],
  [['--json', 'users', 'list'], 'torii users list --json'],
  [['users', '--limit=3', 'list'], 'torii users list --limit=3'],
])('says what is meant by %j', async (args, suggestion) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(suggestion)]);
});

test('every command has help with an example', async () => {
  const { stdout } = await runCommand(['--help']);
  const names = [...(/Commands:\n(.*?)\n\n/s.exec(stdout)?.[1] ?? '').matchAll(/^ {2}(\w+)/gm)].map(
    ([, name]) => name ?? '',
  );
  const commands = names.filter((name) => name !== 'help');
  expect(commands).toContain('secret');
  for (const name of commands) {
    const { stdout: help } = await runCommand([name, '--help']);
    expect(help).toMatch(/Examples:\n +\$ torii |Commands:/);
  }
});

test.each([[['--help']], [['secret', '--help']]])('%j fits a terminal of 40 columns', async (args) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { columns: 40 });
  expect(await terminal.ended).toBe(0);
  const tooLong = terminal
    .text()
    .split('\n')
    .filter((line) => line.length > 40);
  expect(tooLong).toEqual([]);
});

test('--version shows the version of the package', async () => {
  expect(await runCommand(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

test('runs inside another program, which can abort it', async () => {
  let written = '';
  const sink = () =>
    new Writable({
      write(chunk, _encoding, done) {
        written += chunk;
        done();
      },
    });
  const { signal } = new AbortController();
  const options = { stdin: process.stdin, stdout: sink(), stderr: sink(), env: {}, cwd: '.', signal };
  expect(await runTorii(['secret', '--quiet'], options)).toBe(0);
  expect(written).toMatch(/^[0-9a-f]{128}\n$/);
  written = '';
  expect(await runTorii(['secret'], { ...options, signal: AbortSignal.abort(new Error('enough')) })).toBe(130);
  expect(written).toBe('');
});
