import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, environmentOf, runCommand, startCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ secretKey: 'sk_test_0123' });
  await emulator.createUser({ email: 'ada@example.com' });
});
afterAll(() => emulator.stop());

async function script(input: string, environment?: Readonly<Record<string, string>>): Promise<Ended> {
  const ended = await runCommand(['console'], { input, environment: environment ?? environmentOf(emulator) });
  expect(ended.stdout + ended.stderr).not.toMatch(/sk_test/);
  return ended;
}

test.each([
  ['a value', '1 + 1', '2\n'],
  ['a call of the API', '(await client.users.list()).items.map(({ email }) => email)', "[ 'ada@example.com' ]\n"],
  ['statements', 'const { items } = await client.users.list();\nconsole.log(items.length);', '1\n'],
  ['statements that return a value', 'const a = await 5;\nreturn a;', '5\n'],
  ['a module', '(await import("node:path")).basename("/a/b")', "'b'\n"],
  ['a value before a comment', '[\n  1, // one\n] // all', '[ 1 ]\n'],
  ['an object', '({ a: 1 });', '{ a: 1 }\n'],
  ['a text that changes the direction of the line', '({ name: "a\\u202eb\\u200b" })', "{ name: 'a\\u202eb\\u200b' }\n"],
  ['nothing', '\n', ''],
])('runs %s from a pipe', async (_name, input, stdout) => {
  expect(await script(input)).toEqual({ code: 0, stdout, stderr: '' });
});

test('verifies a token', async () => {
  const token = await emulator.token({ userId: 'user_1' });
  expect(await script(`(await verifier.verify('${token}')).userId`)).toMatchObject({ code: 0, stdout: "'user_1'\n" });
});

test.each([
  ['an error of the API', 'const id = 7;\nawait client.users.get("01931a73-8b00-7000-8000-000000000000")', /\b404\b/],
  ['an error', 'const a = 1;\n\na.b.c;', /\b3\b.*TypeError: /],
  ['an error in an expression', '[1,\n nope]', /\b2\b.*ReferenceError: nope/],
  ['text that is not JavaScript', 'const = 1;', /SyntaxError: /],
  ['a thrown value that is not an Error', 'throw "why"', /'why'/],
  ['control characters in an error message', 'throw new Error("a\\x1b[2J\\u202eb")', /Error: a b\n$/],
  ['a token in an error message', 'throw new Error("eyJhbGciOiJFUzI1NiJ9.e30.AAAA")', /Error: \[secret\]/],
])('exits with 1 for %s', async (_name, input, message) => {
  const { code, stdout, stderr } = await script(input);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
  expect(stderr).not.toMatch(/eyJ|\n +at /);
});

test('shows no secret when the client is inspected at any depth', async () => {
  const look = 'const show = (each) => inspect(each, { depth: 20, showHidden: true, getters: true });';
  const { code, stdout } = await script(`const { inspect } = await import('node:util');
    ${look}
    console.log(show(client), show(verifier), show(client.users), JSON.stringify(client), String(client.users.list));`);
  expect(code).toBe(0);
  expect(stdout).not.toContain('0123');
  expect(stdout).toContain('Users');
});

test('works with only one of client and verifier, and says what is missing when the other is used', async () => {
  const { TORII_ISSUER = '' } = environmentOf(emulator);
  expect(await script('typeof verifier.verify', { TORII_ISSUER })).toMatchObject({ code: 0, stdout: "'function'\n" });
  const { code, stderr } = await script('await client.users.list()', { TORII_ISSUER });
  expect([code, stderr]).toEqual([2, expect.stringContaining('TORII_SECRET_KEY')]);
});

test.each([
  [['console'], 'TORII_SECRET_KEY'],
  [['console', '--secret-key-file', '-'], '--secret-key-file'],
  [['consol'], 'console?'],
])('ends with 2 at %j where nothing is configured', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

test('exits with 130 if it is interrupted while a script waits', async () => {
  const command = startCommand(['console'], { environment: environmentOf(emulator) });
  command.stdin.end('console.log("up"); await new Promise((resolve) => setTimeout(resolve, 60_000));');
  await new Promise((resolve) => command.stdout.once('data', resolve));
  command.kill('SIGINT');
  expect(await command.ended).toMatchObject({ code: 130, stderr: '' });
});

test('evaluates await and shows errors on a terminal, and ends', async (context) => {
  const terminal = await startOnTerminal(context, ['console'], { environment: environmentOf(emulator), columns: 40 });
  await terminal.shows('torii> ');
  expect(terminal.text()).toMatch(/^client .*\nverifier .*\n/);
  terminal.type('const page = await client.users.list()\r');
  await terminal.shows('undefined');
  terminal.type('page.items[0].email + "!"\r');
  await terminal.shows("'ada@example.com!'");
  terminal.type('await client.users.get("")\r');
  await terminal.shows('Uncaught');
  terminal.type('client\r');
  await terminal.shows('Users {}');
  terminal.type('\x04');
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).not.toContain('sk_test');
});

test('says on a terminal which variable is not available, and continues', async (context) => {
  const { TORII_ISSUER = '' } = environmentOf(emulator);
  const terminal = await startOnTerminal(context, ['console'], { environment: { TORII_ISSUER } });
  await terminal.shows('torii> ');
  expect(terminal.text()).toMatch(/^client .*TORII_SECRET_KEY/);
  terminal.type('client.users\r');
  await terminal.shows(/Uncaught[\s\S]*TORII_SECRET_KEY/);
  terminal.type('.exit\r');
  expect(await terminal.ended).toBe(0);
});

test('returns to the prompt if Ctrl-C ends an await', async (context) => {
  const terminal = await startOnTerminal(context, ['console'], { environment: environmentOf(emulator) });
  await terminal.shows('torii> ');
  // The text is shown after the synchronous part of the input, at whose very end Node can miss a Ctrl-C.
  terminal.type('await new Promise(setImmediate), console.log("wait" + "ing"), await new Promise(() => {})\r');
  await terminal.shows('waiting');
  terminal.type('\x03');
  await terminal.shows('SIGINT');
  terminal.type('6 * 7\r');
  await terminal.shows(/\n42\n/);
  terminal.type('.exit\r');
  expect(await terminal.ended).toBe(0);
});

test.runIf(process.platform === 'linux')('ends at SIGTERM although an await is running', async (context) => {
  const terminal = await startOnTerminal(context, ['console'], {
    environment: environmentOf(emulator),
    after: 'stty -a',
  });
  await terminal.shows('torii> ');
  terminal.type('console.log("wait" + "ing"), await new Promise(() => {})\r');
  await terminal.shows('waiting');
  terminal.kill('SIGTERM');
  expect(await terminal.ended).toBe(143);
  expect(terminal.text()).toMatch(/[^-]echo\b/);
});
