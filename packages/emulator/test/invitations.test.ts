import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Clock } from '../src/clock.ts';
import { createIdGenerator } from '../src/database/ids.ts';
import { openStore } from '../src/database/store.ts';
import { loadEnvironments } from '../src/environment-records.ts';
import { type Emulator, type EmulatorEnvironment, startEmulator, type User } from '../src/index.ts';
import { Mailbox } from '../src/invitations/mailbox.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { startReceiver } from './receiver.ts';
import { callApi, type ProblemBody, unknownId } from './rest.ts';

interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly status: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly publicMetadata?: unknown;
}

interface Page {
  readonly items: readonly Invitation[];
  readonly nextCursor: string | null;
}

const password = 'correct horse';
const day = 24 * 60 * 60;
let torii: Emulator;
let email: string;
let count = 0;
beforeAll(async () => {
  torii = await startEmulator({
    environments: ['acme', 'many'].map((name) => ({ name })),
    allowedOrigins: ['https://app.example.com', 'capacitor://localhost'],
  });
});
beforeEach(() => {
  count += 1;
  email = `guest${count}@example.com`;
});
afterAll(() => torii.stop());

async function invite(more: object = {}, environment: EmulatorEnvironment = torii): Promise<Invitation> {
  const { status, body } = await callApi<Invitation>(environment, 'POST', '/invitations', { email, ...more });
  expect([status, body.status]).toEqual([201, 'PENDING']);
  return body;
}

const linkTo = (address: string = email) => torii.mails.find(({ to }) => to === address)?.link ?? '';
const ticketOf = (link: string) => new URL(link).searchParams.get('ticket');
const read = async (id: string) => (await callApi<Invitation>(torii, 'GET', `/invitations/${id}`)).body;

/** Accepts an invitation as a program does, over HTTP. */
async function accept(link: string, more: object = {}) {
  const response = await fetch(torii.issuer + provisionalPaths.acceptInvitation, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket: ticketOf(link), password, ...more }),
  });
  return { status: response.status, body: (await response.json()) as ProblemBody & { readonly userId: string } };
}

async function refusalOf(link: string) {
  const { status, body } = await accept(link);
  const { code, invitationStatus } = body.properties as ProblemBody['properties'] & { invitationStatus?: string };
  return invitationStatus === undefined ? [status, code] : [status, code, invitationStatus];
}

test('invites by mail, and the accepted invitation becomes a user with a verified email and its metadata', async () => {
  const created = await invite({ publicMetadata: { plan: 'pro' }, privateMetadata: { customer: 'c1' } });
  expect(Date.parse(created.expiresAt) - Date.parse(created.createdAt)).toBe(7 * day * 1000);
  const [mail] = torii.mails;
  expect(mail).toMatchObject({ to: email, sentAt: expect.any(String) });
  expect(mail?.text).toContain(mail?.link);
  expect(mail?.link.startsWith(`${torii.issuer}/`)).toBe(true);

  const { status, body } = await accept(linkTo(), { firstName: 'Ada', lastName: 'Lovelace' });
  expect(status).toBe(201);
  const user = await callApi<User>(torii, 'GET', `/users/${body.userId}`);
  expect(user.body).toMatchObject({
    email,
    emailVerifiedAt: expect.any(String),
    firstName: 'Ada',
    lastName: 'Lovelace',
    name: 'Ada Lovelace',
    publicMetadata: { plan: 'pro' },
    privateMetadata: { customer: 'c1' },
    unsafeMetadata: {},
  });
  expect(await read(created.id)).toMatchObject({ status: 'ACCEPTED', acceptedAt: expect.any(String), revokedAt: null });
});

test('an invitation that 50 requests accept at once creates one user', { timeout: 300_000 }, async () => {
  await invite();
  const link = linkTo();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => accept(link, { firstName: `P${index}` })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(
    answers.filter(({ body, status }) => status === 409 && body.properties.code === 'invitation_not_pending'),
  ).toHaveLength(49);
  const { body } = await callApi<{ items: readonly User[] }>(torii, 'POST', '/users/search', {
    emailAddresses: [email],
  });
  expect(body.items).toHaveLength(1);
});

test('an invitation that is revoked while it is being accepted is either accepted or revoked', async () => {
  const { id } = await invite();
  const [accepted] = await Promise.all([accept(linkTo()), callApi(torii, 'DELETE', `/invitations/${id}`)]);
  const { status } = await read(id);
  expect([accepted.status, status]).toEqual(accepted.status === 201 ? [201, 'ACCEPTED'] : [409, 'REVOKED']);
});

test('says which: used, revoked, expired, replaced or unknown', async () => {
  await invite();
  const used = linkTo();
  await accept(used);
  expect(await refusalOf(used)).toEqual([409, 'invitation_not_pending', 'ACCEPTED']);

  email = `revoked${count}@example.com`;
  const { id } = await invite();
  await callApi(torii, 'DELETE', `/invitations/${id}`);
  expect(await refusalOf(linkTo())).toEqual([409, 'invitation_not_pending', 'REVOKED']);

  email = `replaced${count}@example.com`;
  const resent = await invite();
  const earlier = linkTo();
  await callApi(torii, 'POST', `/invitations/${resent.id}/resend`);
  expect(await refusalOf(earlier)).toEqual([410, 'invitation_link_replaced']);

  for (const ticket of ['', 'x', 'x'.repeat(43), String(ticketOf(used)).toUpperCase()]) {
    expect(await refusalOf(`http://x/?ticket=${ticket}`)).toEqual([404, 'invitation_not_found']);
  }
});

test('expires by the clock of the emulator, at the given day', async () => {
  await using clocked = await startEmulator();
  const { body } = await callApi<Invitation>(clocked, 'POST', '/invitations', { email, expiresInDays: 2 });
  const statusNow = async () => (await callApi<Invitation>(clocked, 'GET', `/invitations/${body.id}`)).body.status;
  clocked.advance(2 * day - 3600);
  expect(await statusNow()).toBe('PENDING');
  clocked.advance(3600);
  expect(await statusNow()).toBe('EXPIRED');
  const [mail] = clocked.mails;
  await expect(clocked.acceptInvitation(mail?.link ?? '', { password })).rejects.toMatchObject({
    code: 'invitation_not_pending',
    invitationStatus: 'EXPIRED',
  });
  for (const [method, rest, patch] of [
    ['POST', '/resend', undefined],
    ['PATCH', '', { publicMetadata: {} }],
  ] as const) {
    const refused = await callApi(clocked, method, `/invitations/${body.id}${rest}`, patch);
    expect([refused.status, refused.body.properties]).toMatchObject([
      409,
      { code: 'invitation_not_pending', invitationStatus: 'EXPIRED' },
    ]);
  }
  expect((await callApi(clocked, 'POST', '/invitations', { email })).status).toBe(201);
});

test('a new link works, and the old one stops', async () => {
  const { id, expiresAt } = await invite();
  const earlier = linkTo();
  const { status, body } = await callApi<Invitation>(torii, 'POST', `/invitations/${id}/resend`);
  expect([status, body]).toMatchObject([200, { id, status: 'PENDING', expiresAt }]);
  expect(linkTo()).not.toBe(earlier);
  expect((await accept(earlier)).status).toBe(410);
  expect((await accept(linkTo())).status).toBe(201);
});

test('revokes with 200 and no body, also when repeated, and leaves an accepted invitation as it is', async () => {
  const { id } = await invite();
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, body, headers } = await callApi(torii, 'DELETE', `/invitations/${id}`);
    expect([status, body, headers.get('content-type')]).toEqual([200, undefined, null]);
  }
  expect(await read(id)).toMatchObject({ status: 'REVOKED', revokedAt: expect.any(String) });

  const accepted = await invite();
  await accept(linkTo());
  expect((await callApi(torii, 'DELETE', `/invitations/${accepted.id}`)).status).toBe(200);
  expect(await read(accepted.id)).toMatchObject({ status: 'ACCEPTED', revokedAt: null });
});

test.each<[string, object]>([
  ['without an email', { email: undefined }],
  ['with an email that is null', { email: null }],
  ['with text that is no email', { email: 'ada' }],
  ['with two emails', { email: 'a@b.c, d@e.f' }],
  ['with a line break in the email', { email: 'a@b.c\nbcc: d@e.f' }],
  ['with an unknown field', { role: 'admin' }],
  ['that expires in 0 days', { expiresInDays: 0 }],
  ['that expires in -1 days', { expiresInDays: -1 }],
  ['that expires in 1.5 days', { expiresInDays: 1.5 }],
  ['that expires in 366 days', { expiresInDays: 366 }],
  ['that expires in 2 billion days', { expiresInDays: 2_000_000_000 }],
  ['that expires in a text', { expiresInDays: '7' }],
  ['with a foreign page to return to', { redirectUrl: 'https://evil.example/' }],
  ['with a longer host', { redirectUrl: 'https://app.example.com.evil.example/' }],
  ['with a user before the host', { redirectUrl: 'https://app.example.com@evil.example/' }],
  ['with a user and an allowed host', { redirectUrl: 'https://evil.example@app.example.com/' }],
  ['with another port', { redirectUrl: 'https://app.example.com:8443/' }],
  ['with plain http', { redirectUrl: 'http://app.example.com/' }],
  ['with a script to return to', { redirectUrl: 'javascript://app.example.com/%0aalert(1)' }],
  ['with data to return to', { redirectUrl: 'data:text/html,x' }],
  ['with a path to return to', { redirectUrl: '/welcome' }],
  ['with two slashes', { redirectUrl: '//app.example.com/' }],
  ['with backslashes', { redirectUrl: 'https:\\\\app.example.com/' }],
  ['with a tab in the URL', { redirectUrl: 'https://app.example.com\t.evil.example/' }],
  ['with an empty URL', { redirectUrl: '' }],
])('responds with 400 to an invitation %s, and sends no mail', async (_name, fields) => {
  const before = torii.mails.length;
  const { status, body } = await callApi(torii, 'POST', '/invitations', { email, ...fields });
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect(torii.mails).toHaveLength(before);
});

test('accepts null and nothing for what is optional', async () => {
  const invitation = await invite({ expiresInDays: null, redirectUrl: null, publicMetadata: {}, privateMetadata: {} });
  expect(await read(invitation.id)).toMatchObject({ publicMetadata: {}, privateMetadata: {} });
});

test('responds with 409 to an email that has an account or a pending invitation, in any case', async () => {
  await torii.createUser({ email });
  const taken = await callApi(torii, 'POST', '/invitations', { email: email.toUpperCase() });
  expect([taken.status, taken.body.properties.code]).toEqual([409, 'email_taken']);
  email = `pending${count}@example.com`;
  const { id } = await invite();
  const pending = await callApi(torii, 'POST', '/invitations', { email: email.toUpperCase() });
  expect([pending.status, pending.body.properties.code]).toEqual([409, 'invitation_pending']);
  await callApi(torii, 'DELETE', `/invitations/${id}`);
  await invite();
});

test('20 invitations of one email at once send one mail', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => callApi(torii, 'POST', '/invitations', { email })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(torii.mails.filter(({ to }) => to === email)).toHaveLength(1);
});

test('refuses to accept if the email got an account meanwhile, and stays pending', async () => {
  const { id } = await invite();
  await torii.createUser({ email });
  expect(await refusalOf(linkTo())).toEqual([409, 'email_taken']);
  expect((await read(id)).status).toBe('PENDING');
});

test.each<[string, object]>([
  ['no password', { password: undefined }],
  ['a weak password', { password: 'short' }],
  ['a password that is a number', { password: 12345678 }],
  ['another email', { email: 'evil@example.com' }],
  ['metadata', { publicMetadata: { admin: true } }],
  ['a first name that is a list', { firstName: ['Ada'] }],
])('responds with 400 to an acceptance with %s, and stays pending', async (_name, fields) => {
  const { id } = await invite();
  const { status, body } = await accept(linkTo(), fields);
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect((await read(id)).status).toBe('PENDING');
});

test('an invitation of another environment is unknown, and its link too', async () => {
  const acme = torii.environment('acme');
  const foreign = await invite({}, acme);
  for (const [method, rest, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { publicMetadata: {} }],
    ['DELETE', '', undefined],
    ['POST', '/resend', undefined],
  ] as const) {
    const answers = [];
    for (const id of [foreign.id, unknownId]) {
      const answer = await callApi(torii, method, `/invitations/${id}${rest}`, body);
      answers.push([answer.status, answer.body.properties.code, answer.body.detail]);
    }
    expect(answers[0]).toEqual([404, 'invitation_not_found', expect.any(String)]);
    expect(answers[1]).toEqual(answers[0]);
  }
  const [mail] = acme.mails;
  expect(await refusalOf(mail?.link ?? '')).toEqual([404, 'invitation_not_found']);
  expect(torii.mails.some(({ to }) => to === email)).toBe(false);
  expect(await acme.acceptInvitation(mail?.link ?? '', { password })).toMatchObject({ email });
});

test('metadata changes only while the invitation is pending', async () => {
  const { id } = await invite();
  await callApi(torii, 'PATCH', `/invitations/${id}`, { publicMetadata: { plan: 'pro' } });
  const { body } = await accept(linkTo());
  const user = await callApi<User>(torii, 'GET', `/users/${body.userId}`);
  expect(user.body.publicMetadata).toEqual({ plan: 'pro' });
  const late = await callApi(torii, 'PATCH', `/invitations/${id}`, { publicMetadata: { plan: 'free' } });
  expect([late.status, late.body.properties]).toMatchObject([
    409,
    { code: 'invitation_not_pending', invitationStatus: 'ACCEPTED' },
  ]);
});

test('lists invitations newest first, by several statuses and a part of the email in any case', async () => {
  const many = torii.environment('many');
  const ids: string[] = [];
  for (const name of ['ada', 'bo', 'cy', 'dan']) {
    email = `${name}@Example.org`;
    ids.push((await invite({}, many)).id);
  }
  const [ada = '', bo = '', cy = '', dan = ''] = ids;
  await callApi(many, 'DELETE', `/invitations/${bo}`);
  await many.acceptInvitation(many.mails.find(({ to }) => to.startsWith('cy'))?.link ?? '', { password });
  const found = async (query: string) => {
    const { body } = await callApi<Page>(many, 'GET', `/invitations${query}`);
    return body.items.map(({ id }) => id);
  };
  expect(await found('')).toEqual([dan, cy, bo, ada]);
  expect(await found('?status=REVOKED&status=ACCEPTED')).toEqual([cy, bo]);
  expect(await found('?status=EXPIRED')).toEqual([]);
  expect(await found('?search=DA%40EXAMPLE')).toEqual([ada]);
  expect(await found('?search=%25')).toEqual([]);
  expect(await found('?status=PENDING&search=a')).toEqual([dan, ada]);
  const first = await callApi<Page>(many, 'GET', '/invitations?limit=3');
  expect(await found(`?cursor=${first.body.nextCursor}`)).toEqual([ada]);
  for (const query of [
    '?status=GONE',
    '?status=pending',
    '?status=',
    '?cursor=x',
    `?cursor=${unknownId}`,
    '?email=a',
  ]) {
    expect([query, (await callApi(many, 'GET', `/invitations${query}`)).status]).toEqual([query, 400]);
  }
  const { body } = await callApi<{ properties: object }>(many, 'GET', '/invitations?status=PENDING&status=GONE');
  expect(body.properties).toMatchObject({ errors: [{ field: 'status[1]' }] });
});

test.each<[string, string | undefined, number, string]>([
  ['to the page of the app', 'https://app.example.com/welcome', 303, 'https://app.example.com/welcome'],
  ['into a native app', 'capacitor://localhost/welcome', 303, 'capacitor://localhost/welcome'],
  [
    'to a page with other letters',
    'https://app.example.com/æ😀?q=*',
    303,
    'https://app.example.com/%C3%A6%F0%9F%98%80?q=*',
  ],
  ['to a page of its own', undefined, 200, ''],
])(
  'the page of the link shows a form, signs the person up and leads %s',
  async (_name, redirectUrl, status, location) => {
    await invite({ redirectUrl: redirectUrl ?? null });
    const page = await fetch(linkTo(), { headers: { accept: 'text/html' } });
    const text = await page.text();
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(text).toContain(email);
    const form = new URLSearchParams({ ticket: ticketOf(linkTo()) ?? '', firstName: '', lastName: '', password });
    const action = new URL(/action="([^"]+)"/.exec(text)?.[1] ?? '', linkTo());
    const answer = await fetch(action, { method: 'POST', body: form, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location') ?? '']).toEqual([status, location]);
    const again = await fetch(linkTo(), { headers: { accept: 'text/html' } });
    expect([again.status, again.headers.get('content-type')]).toEqual([409, 'text/html; charset=UTF-8']);
  },
);

test('sends user.created with the new user', async () => {
  await using receiver = await startReceiver();
  await torii.addWebhook({ url: receiver.url });
  await invite({ publicMetadata: { plan: 'pro' } });
  const user = await torii.acceptInvitation(linkTo(), { password });
  await torii.webhooksSettled();
  expect(receiver.received.map(({ event }) => [event.type, event.data])).toEqual([['user.created', user]]);
});

test('does not lead to an origin that is no longer allowed', async () => {
  await using clocked = await startEmulator({ allowedOrigins: ['https://app.example.com'] });
  await callApi(clocked, 'POST', '/invitations', { email, redirectUrl: 'https://app.example.com/' });
  await callApi(clocked, 'PUT', '/allowed-origins', { origins: [] });
  const link = clocked.mails[0]?.link ?? '';
  const form = new URLSearchParams({ ticket: ticketOf(link) ?? '', password });
  const answer = await fetch(link, { method: 'POST', body: form, redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
});

test('the page shows a weak password as a refusal, and can be sent again', async () => {
  await invite();
  const body = new URLSearchParams({ ticket: ticketOf(linkTo()) ?? '', password: 'short' });
  const answer = await fetch(linkTo(), { method: 'POST', body });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('name="password"')]);
  expect((await accept(linkTo())).status).toBe(201);
});

test('refuses the form from a page of another origin', async () => {
  await invite();
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const body = new URLSearchParams({ ticket: ticketOf(linkTo()) ?? '', password });
    expect((await fetch(linkTo(), { method: 'POST', body, headers })).status).toBe(403);
  }
  expect((await accept(linkTo())).status).toBe(201);
});

test('the library accepts by link or ticket, and refuses other input', async () => {
  await invite();
  const link = linkTo();
  for (const wrong of ['', 'http://127.0.0.1/', 'x', undefined as unknown as string]) {
    await expect(torii.acceptInvitation(wrong, { password })).rejects.toMatchObject({ code: 'invitation_unknown' });
  }
  for (const wrong of [{}, { password: 'short' }, null, { password, role: 'admin' }]) {
    await expect(torii.acceptInvitation(link, wrong as never)).rejects.toMatchObject({ code: 'invitation_invalid' });
  }
  expect(await torii.acceptInvitation(ticketOf(link) ?? '', { password })).toMatchObject({ email });
});

test('keeps tickets as hashes: only the mail holds the link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-tickets-'));
  const database = join(folder, 'torii.db');
  const stored = await startEmulator({ database });
  await callApi(stored, 'POST', '/invitations', { email });
  const ticket = ticketOf(stored.mails[0]?.link ?? '') ?? '';
  await stored.stop();
  const bytes = readFileSync(database, 'latin1');
  rmSync(folder, { recursive: true, force: true });
  expect(ticket).toHaveLength(43);
  // Once in the text of the mail, and once in its link.
  expect(bytes.split(ticket)).toHaveLength(3);
});

test('keeps the last 1,000 mails', () => {
  const database = openStore(':memory:');
  const clock = new Clock();
  const createId = createIdGenerator(clock);
  const [environment] = loadEnvironments(database, clock, createId, [{ name: 'default' }]);
  const mailbox = new Mailbox({ database, environmentId: environment?.id ?? '', clock, createId });
  for (let sent = 0; sent < 1002; sent++) mailbox.send({ to: `${sent}`, subject: '', text: '', link: '' });
  const recipients = mailbox.list().map(({ to }) => to);
  expect([recipients.length, recipients[0], recipients.at(-1)]).toEqual([1000, '1001', '2']);
  expect(mailbox.list(1).map(({ to }) => to)).toEqual(['1001']);
  expect(database.prepare('SELECT count(*) AS count FROM mails').get()?.['count']).toBe(1000);
  database.close();
});
