import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment, environmentOf, nodeArguments, runCommand, type Start } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOnTerminal } from './terminal.ts';

const frame: Start = { program: new URL('./frame-program.ts', import.meta.url) };
const people = '[{"id":"1","name":"Ada"}]';

let torii: Emulator;
let environment: Readonly<Record<string, string>>;
beforeAll(async () => {
  torii = await startEmulator();
  environment = environmentOf(torii);
});
afterAll(() => torii.stop());

// `exec` keeps a shell from reading the folder after it was removed.
test.runIf(process.platform !== 'win32').each([[['users', 'list']], [['secret']], [['--help']], [['export', 'x']]])(
  'says in one line that the working folder was removed, at %j',
  async (args) => {
    const folder = mkdtempSync(join(tmpdir(), 'torii-removed-'));
    const words = [process.execPath, ...nodeArguments(args, {})].map((word) => `'${word}'`).join(' ');
    const child = spawn('sh', ['-c', `echo ready; read go; exec ${words}`], {
      cwd: folder,
      env: cleanEnvironment({ environment }),
    });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await once(child.stdout, 'data');
    rmdirSync(folder);
    child.stdin.end('\n');
    const [code] = await once(child, 'close');
    expect([code, text]).toEqual([1, expect.stringMatching(/^torii: .*folder.*\n$/)]);
  },
);

test.each<[string, readonly string[], Start]>([
  ['a table', ['people', people], frame],
  ['a card', ['person', '{"id":"1","name":"Ada"}'], frame],
  ['a command with a progress bar', ['work', '--count', '5'], frame],
  ['help', ['--help'], {}],
  ['an error', ['secrt'], {}],
])('writes no escape sequences for %s if TERM is dumb', async (_name, args, start) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { ...start, environment: { TERM: 'dumb' } });
  await terminal.ended;
  expect(terminal.output()).not.toContain('\x1b');
  expect(terminal.output()).not.toBe('');
});

test.each([
  ['a question', ['burn'], 'Burn it?', 'y\r', 0],
  ['a question that is answered with Ctrl-C', ['burn'], 'Burn it?', '\x03', 130],
] as const)('writes no escape sequences for %s if TERM is dumb', async (_name, args, shown, keys, code) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { ...frame, environment: { TERM: 'dumb' } });
  await terminal.shows(shown);
  terminal.type(keys);
  expect(await terminal.ended).toBe(code);
  expect(terminal.output()).not.toContain('\x1b');
});

test('asks for a secret without showing it if TERM is dumb', async (context) => {
  const start = { environment: { TERM: 'dumb' } };
  const terminal = await startOnTerminal(context, ['token', 'decode'], start);
  await terminal.shows('Token');
  terminal.type('secret-text\r');
  expect(await terminal.ended).toBe(1);
  expect(terminal.output()).not.toMatch(/secret-text/);
});

test('opens the console without escape sequences if TERM is dumb', async (context) => {
  const start = { environment: { ...environment, TERM: 'dumb' } };
  const terminal = await startOnTerminal(context, ['console'], start);
  await terminal.shows('torii> ');
  terminal.type('1 + 1\r');
  await terminal.shows(/\n2\n/);
  terminal.type('.exit\r');
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).not.toContain('\x1b');
});

const bold = '\x1b[1m';

test.each<[Readonly<Record<string, string>>, boolean]>([
  [{}, true],
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '' }, true],
  [{ CLICOLOR: '0' }, false],
  [{ CLICOLOR: '1' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, false],
  [{ NODE_DISABLE_COLORS: '1' }, false],
])('shows colors on a terminal with %j: %s', async (given, hasColors) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, ['people', people], { ...frame, environment: given });
  expect(await terminal.ended).toBe(0);
  expect(terminal.output().includes(bold)).toBe(hasColors);
  // Node itself warns if FORCE_COLOR and NO_COLOR contradict each other.
  expect(terminal.text()).toMatch(/id {2}name\n1 {3}Ada\n$/);
});

test.each([{}, { FORCE_COLOR: '1' }, { CLICOLOR_FORCE: '1' }])('shows no colors in a pipe with %j', async (given) => {
  const { stdout, stderr } = await runCommand(['people', people], { ...frame, environment: given });
  expect([stdout, stderr]).toEqual(['id\tname\n1\tAda\n', '']);
});

test('shows the progress bar on a terminal although standard output is a pipe', async (context) => {
  const start = { ...frame, shell: '"$@" | cat' };
  const terminal = await startOnTerminal(context, ['work', '--count', '5'], start);
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).toContain('\x1b[?25l');
});

test('shows no progress bar if standard error is a file and standard output a terminal', async (context) => {
  const start = { ...frame, shell: '"$@" 2> /dev/null' };
  const terminal = await startOnTerminal(context, ['work', '--count', '5'], start);
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).toBe('');
});

test.each<[readonly string[], string]>([
  [['users', 'list'], 'No users.\n'],
  [['users', 'list', '--name', 'Ada'], 'No users match.\n'],
])('says on a terminal that there is nothing to list, and writes nothing in a pipe: %j', async (args, shown) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment });
  expect([await terminal.ended, terminal.text()]).toEqual([0, shown]);
  expect(await runCommand(args, { environment })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await runInProcess([...args, '--json'], { environment, columns: 80 })).toEqual({
    code: 0,
    stdout: '[]\n',
    stderr: '',
  });
});

test
  .runIf(process.platform === 'linux')
  .each([[['--help']], [['--version']], [['secret', '--quiet']], [['completion', 'bash']], [['people', people]]])(
  'reports a full disk at %j',
  (args) => {
    const start = args[0] === 'people' ? frame : {};
    const { status, stderr } = spawnSync(process.execPath, nodeArguments(args, start), {
      env: cleanEnvironment(start),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^torii: .*disk.*\n$/)]);
  },
);

test.runIf(process.platform !== 'win32').each([
  ['<&-', ['token', 'decode'], 1],
  ['<&-', ['token', 'verify', '--issuer', 'https://acme.torii.so'], 1],
  ['<&-', ['secret', '--quiet'], 0],
  ['>&-', ['secret', '--quiet'], 0],
  ['2>&-', ['secrt'], 2],
  ['<&- >&- 2>&-', ['secrt'], 2],
  ['2> /dev/full', ['secrt'], 2],
  ['| head -1', ['--help'], 0],
  ['| true', ['completion', 'zsh'], 0],
])('ends without a stack trace with %s at %j', (redirection, args, exitCode) => {
  const words = [process.execPath, ...nodeArguments(args, {})].map((word) => `'${word}'`).join(' ');
  const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${words} ${redirection}`], {
    env: cleanEnvironment({}),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect([status, stderr]).toEqual([exitCode, expect.not.stringMatching(/\n +at |node:|Internal/)]);
});

test('reports the class of an error that is thrown outside of a command, without its stack', async () => {
  const { code, stderr } = await runCommand(['break', '--later'], frame);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*TypeError.*\n$/)]);
});
