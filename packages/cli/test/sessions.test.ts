import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf, runCommand } from './command.ts';
import { startOnTerminal } from './terminal.ts';

const unknownId = '01931a73-8b00-7000-8000-000000000000';
let torii: Emulator;
let environment: Readonly<Record<string, string>>;
let ada: User;
/** Most recently used first. */
let sessions: readonly string[];
beforeEach(async () => {
  torii = await startEmulator();
  environment = environmentOf(torii);
  ada = await torii.createUser({ email: 'ada@example.com', password: 'correct horse' });
  sessions = [await signIn(), await signIn(), await signIn()].reverse();
});
afterEach(() => torii.stop());

async function signIn(): Promise<string> {
  const response = await fetch(torii.loginUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'A browser with a long name' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse' }),
  });
  return ((await response.json()) as { sessionId: string }).sessionId;
}

function run(...args: readonly string[]): Promise<Ended> {
  return runCommand(['sessions', ...args], { environment });
}

async function activeSessions(): Promise<readonly string[]> {
  const { stdout } = await run('list', ada.id, '--json');
  return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id).sort();
}

test('lists the sessions of a user, by id or email', async () => {
  expect(await activeSessions()).toEqual([...sessions].sort());
  const { code, stdout, stderr } = await run('list', 'ada@example.com');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^id\tlast used\texpires\taddress\torganization\timpersonated by\tbrowser\n/);
  expect(stdout).toContain('A browser with a long name');
});

test('fits 40 columns', async (context) => {
  const terminal = await startOnTerminal(context, ['sessions', 'list', ada.id], { environment, columns: 40 });
  expect([await terminal.ended, terminal.text()]).toEqual([0, expect.stringContaining(`id\n  ${sessions[0]}\n`)]);
});

test('revokes only the named sessions, in a pipe with --yes', async () => {
  const [first = '', second = '', third = ''] = sessions;
  const args = ['revoke', '--user', 'ada@example.com', '--yes', '--ndjson', first, second, first];
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/tokens/)]);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { userId: ada.id, id: first, status: 'revoked' },
    { userId: ada.id, id: second, status: 'revoked' },
  ]);
  expect(await activeSessions()).toEqual([third]);
});

test('revokes all sessions of a user after yes', async () => {
  const args = ['sessions', 'revoke', '--all-of', 'ada@example.com'];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment });
  await terminal.shows(/ada@example\.com.*\[y\/N\]/);
  terminal.type('y\r');
  expect(await terminal.ended).toBe(0);
  expect(await activeSessions()).toEqual([]);
});

test('revokes none after no', async () => {
  const args = ['sessions', 'revoke', '--user', ada.id, ...sessions];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment });
  await terminal.shows(/\b3\b.*\[y\/N\]/);
  terminal.type('\r');
  expect(await terminal.ended).toBe(1);
  expect(await activeSessions()).toHaveLength(3);
});

test('reports the session that could not be revoked, and continues', async () => {
  const other = await torii.createUser({ email: 'bo@example.com' });
  const [first = ''] = sessions;
  const { code, stderr } = await run('revoke', '--user', other.id, '--yes', first);
  expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^${first}: .*403 forbidden.*\ntorii: .`))]);
  expect(await activeSessions()).toHaveLength(3);
});

test('neither asks nor sends anything in a pipe without --yes', async () => {
  const before = torii.requests.api;
  const { code, stderr } = await run('revoke', '--all-of', ada.id);
  expect([code, stderr, torii.requests.api]).toEqual([2, expect.stringContaining('--yes'), before]);
});

test.each<[string, readonly string[], number, string]>([
  ['no user to list', ['list'], 2, "'user'"],
  ['an unknown user', ['list', unknownId], 1, '403 forbidden'],
  ['an unknown email', ['list', 'no@example.com'], 1, 'no@example.com'],
  ['nothing to revoke', ['revoke', '--yes'], 2, '--all-of'],
  ['sessions without a user', ['revoke', unknownId, '--yes'], 2, '--user'],
  ['all sessions and one session', ['revoke', unknownId, '--all-of', unknownId, '--yes'], 2, '--all-of'],
  ['two users', ['revoke', unknownId, '--all-of', unknownId, '--user', unknownId], 2, '--user'],
  ['a misspelled command', ['revok'], 2, 'revoke?'],
])('says in one line what to do about %s', async (_name, args, exitCode, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test.each(['list', 'revoke'])('the help of %s has an example', async (command) => {
  const { code, stdout } = await run(command, '--help');
  expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`Examples:\n +\\$ torii sessions ${command}`))]);
});
