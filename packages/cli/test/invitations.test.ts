import { type Emulator, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';
import { startOnTerminal } from './terminal.ts';

const unknownId = '01931a73-8b00-7000-8000-000000000000';
const password = 'correct horse';
let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator();
});
afterEach(() => torii.stop());

function run(...args: readonly string[]): Promise<Ended> {
  return runInProcess(['invitations', ...args], { environment: environmentOf(torii) });
}

async function runJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

async function invite(email: string, ...args: readonly string[]): Promise<string> {
  return ((await runJson('create', '--email', email, ...args)) as { id: string }).id;
}

/** The link of the newest mail to an email. */
function linkTo(email: string): string {
  return torii.mails.find(({ to }) => to === email)?.link ?? '';
}

test('invites a person, who becomes a user with the metadata of the invitation', async () => {
  const bags = ['--public', '{"plan":"pro"}', '--private', '{"crm":7}'];
  const created = await runJson('create', '--email', 'bo@example.com', '--expires-in-days', '2', ...bags);
  expect(created).toMatchObject({ email: 'bo@example.com', status: 'PENDING' });
  const user = await torii.acceptInvitation(linkTo('bo@example.com'), { password, firstName: 'Bo' });
  expect(user).toMatchObject({ publicMetadata: { plan: 'pro' }, privateMetadata: { crm: 7 } });
  expect(await runJson('get', 'bo@example.com')).toMatchObject({ status: 'ACCEPTED', privateMetadata: { crm: 7 } });
});

test('lists invitations by status in any case, and by part of the email', async () => {
  const [, bo] = [await invite('ada@example.com'), await invite('bo@example.org'), await invite('cy@example.com')];
  await torii.acceptInvitation(linkTo('ada@example.com'), { password });
  await run('revoke', '--yes', bo);
  const emails = async (...args: readonly string[]) =>
    ((await runJson('list', ...args)) as { email: string }[]).map(({ email }) => email).sort();
  expect(await emails()).toEqual(['ada@example.com', 'bo@example.org', 'cy@example.com']);
  expect(await emails('--status', 'pending')).toEqual(['cy@example.com']);
  expect(await emails('--status', 'ACCEPTED', '--status', 'Revoked')).toEqual(['ada@example.com', 'bo@example.org']);
  expect(await emails('--status', 'expired')).toEqual([]);
  expect(await emails('--email', '@example.org')).toEqual(['bo@example.org']);
  const { stdout } = await run('list', '--status', 'revoked');
  expect(stdout).toMatch(/^id\temail\tstatus\texpires\n[0-9a-f-]{36}\tbo@example\.org\tREVOKED\t20.*Z\n$/);
});

test('names an invitation by its id or its whole email', async () => {
  await invite('xbo@example.com');
  const id = await invite('bo@example.com');
  for (const name of [id, 'bo@example.com', 'BO@example.com']) {
    expect(await runJson('get', name)).toMatchObject({ id, email: 'bo@example.com' });
  }
});

test('an email names its pending invitation, otherwise the newest one, and never one of several pending', async () => {
  const id = (digit: number) => `01931a73-8b00-7000-8000-00000000000${digit}`;
  const sent = (digit: number, status: string) => ({
    id: id(digit),
    email: 'bo@example.com',
    status,
    createdAt: `2026-01-0${digit}T00:00:00Z`,
  });
  const lists = [
    [sent(3, 'REVOKED'), sent(1, 'PENDING'), sent(2, 'EXPIRED')],
    [sent(1, 'EXPIRED'), sent(2, 'REVOKED')],
    [sent(2, 'PENDING'), sent(1, 'PENDING')],
  ];
  const seen: unknown[] = [];
  for (const items of lists) {
    const { url } = await startOddServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      const invitation = items.find((each) => request.url?.endsWith(each.id));
      response.end(JSON.stringify(invitation ?? { items, hasMore: false, nextCursor: null }));
    });
    const environment = { ...environmentOf(torii), TORII_API_URL: url };
    const args = ['invitations', 'get', 'bo@example.com', '--json'];
    const { code, stdout, stderr } = await runInProcess(args, { environment });
    seen.push(code === 0 ? JSON.parse(stdout).id : [code, stderr]);
  }
  expect(seen).toEqual([id(1), id(2), [1, expect.stringMatching(new RegExp(`^torii: .*${id(2)}, ${id(1)}.*\n$`))]]);
});

test('sends an invitation again, with a link that replaces the old one', async () => {
  const id = await invite('bo@example.com');
  const old = linkTo('bo@example.com');
  const { code, stdout } = await run('resend', 'bo@example.com', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, [expect.objectContaining({ id, status: 'PENDING' })]]);
  expect(linkTo('bo@example.com')).not.toBe(old);
  await expect(torii.acceptInvitation(old, { password })).rejects.toThrow();
  await torii.acceptInvitation(linkTo('bo@example.com'), { password });
});

test('revokes several invitations, and continues after those that fail', async () => {
  const [ada, cy] = [await invite('ada@example.com'), await invite('cy@example.com')];
  const { code, stdout, stderr } = await run(
    'revoke',
    '--yes',
    '--json',
    ada,
    unknownId,
    'no@example.com',
    'cy@example.com',
    ada,
  );
  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    [expect.objectContaining({ id: ada, status: 'REVOKED' }), expect.objectContaining({ id: cy, status: 'REVOKED' })],
  ]);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^${unknownId}: .*404`)),
    expect.stringMatching(/^no@example\.com: .*no@example\.com/),
    expect.stringMatching(/^torii: .*\b2\b.*\b4\b/),
    '',
  ]);
  await expect(torii.acceptInvitation(linkTo('cy@example.com'), { password })).rejects.toThrow();
});

test('does not report an accepted invitation as revoked', async () => {
  const id = await invite('bo@example.com');
  await torii.acceptInvitation(linkTo('bo@example.com'), { password });
  const { code, stdout, stderr } = await run('revoke', '--yes', '--json', id);
  expect([code, JSON.parse(stdout), stderr]).toEqual([1, [], expect.stringMatching(new RegExp(`^${id}: .`))]);
  expect(await runJson('get', id)).toMatchObject({ status: 'ACCEPTED' });
});

test('shows the invitation before it asks whether to revoke it', async () => {
  const id = await invite('bo@example.com');
  const args = ['invitations', 'revoke', 'bo@example.com'];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment: environmentOf(torii) });
  await terminal.shows(/bo@example\.com {2}PENDING\n.*\[y\/N\]/);
  terminal.type('n\r');
  expect(await terminal.ended).toBe(1);
  expect(await runJson('get', id)).toMatchObject({ status: 'PENDING' });
});

test('shows and changes the metadata of a pending invitation', async () => {
  const id = await invite('bo@example.com', '--public', '{"plan":"free","trial":true}');
  const patch = ['--public', '{"plan":"pro","trial":null}', '--private', '{"crm":7}'];
  const merged = { id, publicMetadata: { plan: 'pro' }, privateMetadata: { crm: 7 } };
  expect(await runJson('metadata', 'bo@example.com', ...patch)).toEqual(merged);
  expect(await runJson('metadata', id)).toEqual(merged);
});

test.each(['resend', 'metadata'])('says that %s is too late for an accepted or revoked invitation', async (command) => {
  const [ada, bo] = [await invite('ada@example.com'), await invite('bo@example.com')];
  await torii.acceptInvitation(linkTo('ada@example.com'), { password });
  await run('revoke', '--yes', bo);
  for (const id of [ada, bo]) {
    const args = command === 'resend' ? [command, id] : [command, id, '--public', '{}'];
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('409 invitation_not_pending')]);
  }
});

test.each<[string, readonly string[], number, string]>([
  ['no email', ['create'], 2, '--email'],
  ['an empty email', ['create', '--email', ''], 2, '--email'],
  ['an invalid email', ['create', '--email', 'bo'], 1, '400'],
  ['an email with an account', ['create', '--email', 'user@example.com'], 1, '409'],
  ['an expiry of no days', ['create', '--email', 'bo@example.com', '--expires-in-days', '0'], 2, '--expires-in-days'],
  ['half a day', ['create', '--email', 'bo@example.com', '--expires-in-days', '0.5'], 2, '--expires-in-days'],
  ['an expiry of ten years', ['create', '--email', 'bo@example.com', '--expires-in-days', '3650'], 1, '400'],
  [
    'a redirect to an origin that is not allowed',
    ['create', '--email', 'bo@example.com', '--redirect-url', 'https://evil.example/'],
    1,
    '400',
  ],
  ['a bag that invitations do not have', ['create', '--email', 'bo@example.com', '--unsafe', '{}'], 2, '--unsafe'],
  ['an unknown status', ['list', '--status', 'sent'], 2, 'pending, accepted, revoked, expired'],
  ['a deleted status', ['list', '--status', ''], 2, 'pending, accepted, revoked, expired'],
  ['an unknown invitation', ['get', unknownId], 1, '404'],
  ['an email without an invitation', ['get', 'no@example.com'], 1, 'no@example.com'],
  ['an empty id', ['get', ''], 2, 'id of the invitation'],
  ['metadata of an unknown invitation', ['metadata', unknownId, '--public', '{}'], 1, '404'],
  ['a revocation in a pipe', ['revoke', unknownId], 2, '--yes'],
  ['a misspelled command', ['invite'], 2, '--help'],
])('says in one line what to do about %s', async (_name, args, exitCode, message) => {
  await torii.createUser({ email: 'user@example.com' });
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(torii.mails).toEqual([]);
});
