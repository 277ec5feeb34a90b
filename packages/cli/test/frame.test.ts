import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemOfNode } from '../src/node-version.ts';
import { cleanEnvironment, nodeArguments, runCommand, type Start, startCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

const start: Start = { program: new URL('./frame-program.ts', import.meta.url) };
const id = '01931a73-8b00-7000-8000-000000000000';
const people = JSON.stringify([
  { id, name: 'Ada, Countess of Lovelace' },
  { id, name: null },
]);

test('writes a table as tab-separated values in a pipe', async () => {
  expect(await runCommand(['people', people], start)).toEqual({
    code: 0,
    stdout: `id\tname\n${id}\tAda, Countess of Lovelace\n${id}\t\n`,
    stderr: '',
  });
});

test('wraps the text of a column that can shrink', async (context) => {
  const terminal = await startOnTerminal(context, ['people', people], { ...start, columns: 56 });
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toBe(
    `id                                    name\n${id}  Ada, Countess of\n${' '.repeat(38)}Lovelace\n${id}\n`,
  );
  expect(terminal.output()).toContain('\x1b[1mid');
});

test('draws cards if a table does not fit 40 columns', async (context) => {
  const terminal = await startOnTerminal(context, ['people', people], { ...start, columns: 40 });
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toBe(`id\n  ${id}\nname  Ada, Countess of Lovelace\n\nid\n  ${id}\nname\n`);
});

test('shows no colors if NO_COLOR is set', async (context) => {
  const terminal = await startOnTerminal(context, ['people', people], { ...start, environment: { NO_COLOR: '1' } });
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).not.toContain('\x1b[');
  expect(terminal.text()).toContain('Lovelace');
});

test.each([
  ['--json', `[{"id":"1","name":"A"},\n{"id":"2","name":null}]\n`],
  ['--ndjson', `{"id":"1","name":"A"}\n{"id":"2","name":null}\n`],
])('writes %s', async (form, stdout) => {
  const given = '[{"id":"1","name":"A"},{"id":"2","name":null}]';
  expect(await runCommand(['people', given, form], start)).toEqual({ code: 0, stdout, stderr: '' });
});

test.each([
  [[], ''],
  [['--json'], '[]\n'],
  [['--ndjson'], ''],
])('writes nobody with %j', async (form, stdout) => {
  expect(await runCommand(['people', '[]', ...form], start)).toEqual({ code: 0, stdout, stderr: '' });
});

test.each([
  [[], 'id\t7\nname\tAda\n'],
  [['--json'], '{"id":"7","name":"Ada"}\n'],
])('writes one with %j', async (form, stdout) => {
  expect(await runCommand(['person', '{"id":"7","name":"Ada"}', ...form], start)).toMatchObject({ code: 0, stdout });
});

test.each(['--json', '--ndjson', '--'])(
  'keeps a name from moving the cursor or changing the text direction, with %s',
  async (form) => {
    const name = 'Ada\x1b[2J\x07\u009b31m\u202eb\nroot\t\ud83d';
    const { code, stdout } = await runCommand(['people', form, JSON.stringify([{ id: '1', name }])], start);
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
    expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(stdout).toContain('root');
    if (form === '--ndjson') expect(JSON.parse(stdout)).toEqual({ id: '1', name });
  },
);

test('refuses --json together with --ndjson and exits with 2', async () => {
  const { code, stderr } = await runCommand(['people', '[]', '--json', '--ndjson'], start);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^torii: (?=.*'--json')(?=.*'--ndjson').*--help.*\n$/)]);
});

test('asks on a terminal, and continues after yes', async (context) => {
  const terminal = await startOnTerminal(context, ['burn'], start);
  await terminal.shows('Burn it? [y/N]');
  terminal.type('y\r');
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toContain('burnt');
});

test.each([
  ['Return', '\r', 1],
  ['n', 'n\r', 1],
  ['something else', 'yy\r', 1],
  ['Ctrl-D', '\x04', 1],
  ['Ctrl-C', '\x03', 130],
])('does nothing after %s', async (_name, keys, code) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, ['burn'], start);
  await terminal.shows('Burn it? [y/N]');
  terminal.type(keys);
  expect(await terminal.ended).toBe(code);
  expect(terminal.text()).not.toContain('burnt');
  if (code === 1) expect(terminal.text()).toMatch(/\btorii: ./);
});

test('exits with 2 and names --yes instead of asking in a pipe, and runs with --yes', async () => {
  const { code, stdout, stderr } = await runCommand(['burn'], { ...start, input: 'y\n' });
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('--yes')]);
  expect(await runCommand(['burn', '--yes'], start)).toMatchObject({ code: 0, stdout: 'burnt\n' });
});

test('shows a bar and a line above it on a terminal, and restores the cursor and exits with 130 at Ctrl-C', async (context) => {
  const terminal = await startOnTerminal(context, ['work'], { ...start, columns: 40 });
  await terminal.shows('the third is broken');
  await terminal.shows(/work .*\b([4-9]|\d{2,})\/1000/);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.output().lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.output().lastIndexOf('\x1b[?25l'));
  expect(terminal.text()).not.toMatch(/ at |Error/);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('shows no bar in a pipe, and at %s exits with %i and no stack trace', async (signal, code) => {
  const command = startCommand(['work'], start);
  await once(command.stderr, 'data');
  command.kill(signal);
  expect(await command.ended).toEqual({ code, stdout: '', stderr: 'the third is broken\n' });
});

test('exits without a message when the reader closes the pipe', async () => {
  const command = startCommand(['endless'], start);
  await once(command.stdout, 'data');
  command.stdout.destroy();
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
});

test.runIf(process.platform === 'linux')('reports a full disk and exits with 1', () => {
  const { status, stderr } = spawnSync(process.execPath, nodeArguments(['people', people, '--json'], start), {
    env: cleanEnvironment(start),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^torii: .*disk.*\n$/)]);
});

test('shows only the class of an internal error, and with TORII_DEBUG=1 also the stack trace without secrets', async () => {
  const { code, stderr } = await runCommand(['break'], start);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*TypeError.*TORII_DEBUG=1.*\n$/)]);
  expect(stderr).not.toContain('other text');
  const debugged = await runCommand(['break'], { ...start, environment: { TORII_DEBUG: '1' } });
  expect(debugged.stderr).toMatch(/\[secret\] and other text\n +at /);
  expect(debugged.stderr).not.toContain('sk_live');
});

test.each(['18.20.8', '20.18.9'])('refuses Node %s as too old', (version) => {
  const problem = problemOfNode(version);
  expect(problem).toContain(version);
  expect(problem).toContain('20.19');
});

test.each(['20.19.0', '22.0.0', '24.21.0'])('runs on Node %s', (version) => {
  expect(problemOfNode(version)).toBeUndefined();
});
