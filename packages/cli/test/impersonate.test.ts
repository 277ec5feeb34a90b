import { createToriiClient } from '@torii/api';
import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';
import { startOnTerminal } from './terminal.ts';

const unknownId = '01931a73-8b00-7000-8000-000000000000';
const reason = ['--reason', 'Ticket 42'];
let torii: Emulator;
let ada: User;
let staff: User;
beforeEach(async () => {
  torii = await startEmulator();
  ada = await torii.createUser({ email: 'ada@example.com' });
  staff = await torii.createUser({ email: 'staff@example.com' });
});
afterEach(() => torii.stop());

function run(args: readonly string[], environment = environmentOf(torii)): Promise<Ended> {
  return runInProcess(['users', 'impersonate', ...args], { environment });
}

test('writes the token as JSON, and who may use it to standard error', async () => {
  const args = ['ada@example.com', '--actor', 'staff@example.com', ...reason, '--expires-in', '60', '--yes', '--json'];
  const { code, stdout, stderr } = await run(args);
  const created = JSON.parse(stdout);
  expect([code, created]).toEqual([0, expect.objectContaining({ token: expect.any(String), expiresInSeconds: 60 })]);
  expect(stderr).toMatch(/^.*staff@example\.com.*ada@example\.com.*\b60\b.*\n$/);
  expect(stderr).not.toContain(created.token);
});

test('writes the URL alone, or the token alone if Torii knows no URL', async () => {
  await createToriiClient({ secretKey: torii.secretKey, apiUrl: torii.apiUrl }).allowedOrigins.replace({
    origins: ['https://app.example.com'],
  });
  const args = [ada.id, '--actor', staff.id, ...reason, '--yes'];
  const page = await run([...args, '--redirect-url', 'https://app.example.com/support']);
  expect(page).toMatchObject({ code: 0, stdout: expect.stringMatching(/^https:\/\/app\.example\.com\/support\S+\n$/) });
  const bodies = [
    { token: 'secret-token', url: 'https://x.example/?t=1' },
    { token: 'secret-token', url: null },
  ];
  const seen: string[] = [];
  for (const body of bodies) {
    const { url } = await startOddServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      const isToken = request.url?.endsWith('/impersonation-token');
      response.end(JSON.stringify(isToken ? { ...body, expiresInSeconds: 600 } : { id: ada.id }));
    });
    const { stdout, stderr } = await run(args, { TORII_SECRET_KEY: torii.secretKey, TORII_API_URL: url });
    seen.push(stdout);
    expect(stderr).not.toMatch(/secret-token|t=1/);
  }
  expect(seen).toEqual(['https://x.example/?t=1\n', 'secret-token\n']);
});

test('shows both users before it asks, and creates nothing after no', async () => {
  const args = ['users', 'impersonate', ada.id, '--actor', staff.id, ...reason];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment: environmentOf(torii) });
  await terminal.shows(/staff@example\.com.*ada@example\.com.*\[y\/N\]/);
  const before = torii.requests.api;
  terminal.type('n\r');
  expect(await terminal.ended).toBe(1);
  expect(torii.requests.api).toBe(before);
});

test('neither asks nor sends anything in a pipe without --yes', async () => {
  const { code, stdout, stderr } = await run([ada.id, '--actor', staff.id, ...reason]);
  expect([code, stdout, stderr, torii.requests.api]).toEqual([2, '', expect.stringContaining('--yes'), 0]);
});

test.each<[string, readonly string[], number, string]>([
  ['no actor', [...reason], 2, '--actor'],
  ['no reason', ['--actor', 'staff@example.com'], 2, '--reason'],
  ['an empty reason', ['--actor', 'staff@example.com', '--reason', ' '], 2, '--reason'],
  ['a reason of 501 characters', ['--actor', 'staff@example.com', '--reason', 'x'.repeat(501)], 1, '400'],
  ['59 seconds', ['--actor', 'staff@example.com', ...reason, '--expires-in', '59'], 2, '--expires-in'],
  ['601 seconds', ['--actor', 'staff@example.com', ...reason, '--expires-in', '601'], 2, '--expires-in'],
  ['1e2 seconds', ['--actor', 'staff@example.com', ...reason, '--expires-in', '1e2'], 2, '--expires-in'],
  ['an unknown actor', ['--actor', 'no@example.com', ...reason], 1, 'no@example.com'],
  ['an actor id that no user has', ['--actor', unknownId, ...reason], 1, '404'],
  [
    'a redirect elsewhere',
    ['--actor', 'staff@example.com', ...reason, '--redirect-url', 'https://evil.example'],
    1,
    '400',
  ],
])('says in one line what to do about %s', async (_name, args, exitCode, message) => {
  const { code, stdout, stderr } = await run([ada.id, '--yes', ...args]);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test.each([
  ['disabled', '403 impersonation_disabled'],
  ['quota_exceeded', '402'],
] as const)('says why Torii refuses while the state of impersonation is %s', async (state, message) => {
  await torii.setImpersonation(state);
  const { code, stdout, stderr } = await run([ada.id, '--actor', staff.id, ...reason, '--yes']);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)]);
});

test('does not find a deleted user, and refuses its id', async () => {
  await createToriiClient({ secretKey: torii.secretKey, apiUrl: torii.apiUrl }).users.delete(ada.id);
  for (const who of [ada.id, 'ada@example.com']) {
    const { code, stdout } = await run([who, '--actor', staff.id, ...reason, '--yes']);
    expect([code, stdout]).toEqual([1, '']);
  }
});

test('makes a hostile URL printable', async () => {
  const { url } = await startOddServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const created = { token: 't', url: 'https://x.example/\u001b[2J\nforged', expiresInSeconds: '\u001b[2J' };
    response.end(JSON.stringify(request.url?.endsWith('-token') ? created : { id: ada.id, email: 'a\u202e@b' }));
  });
  const args = [ada.id, '--actor', staff.id, ...reason, '--yes'];
  const { code, stdout, stderr } = await run(args, { TORII_SECRET_KEY: torii.secretKey, TORII_API_URL: url });
  expect([code, stdout.split('\n').length, stderr.split('\n').length]).toEqual([0, 2, 2]);
  for (const control of ['\u001b', '\u202e']) expect(stdout + stderr).not.toContain(control);
});
