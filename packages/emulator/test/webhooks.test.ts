import { WebhookVerificationError } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { send, signInWithForm } from './browser.ts';
import { type Receiver, startReceiver, verify } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

const login = { email: 'ada@example.com', password: 'correct horse' };
let receiver: Receiver;
let torii: Emulator;
beforeEach(async () => {
  receiver = await startReceiver();
  torii = await startEmulator({ webhooks: [{ url: receiver.url }], environments: [{ name: 'acme' }] });
});
afterEach(async () => {
  vi.useRealTimers();
  await torii.stop();
  await receiver.stop();
});

const events = () => receiver.received.map(({ event }) => event);

test('sends an event for every change of a user, with the user as in the REST API', async () => {
  const created = await callApi<User>(torii, 'POST', '/users', { email: login.email, name: 'Ada' });
  const path = `/users/${created.body.id}`;
  await torii.webhooksSettled();
  const updated = await callApi<User>(torii, 'PATCH', path, { locale: 'da', phone: null });
  await torii.webhooksSettled();
  const banned = await callApi<User>(torii, 'POST', `${path}/ban`);
  await torii.webhooksSettled();
  const unbanned = await callApi<User>(torii, 'POST', `${path}/unban`);
  await torii.webhooksSettled();
  await callApi(torii, 'DELETE', path);
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.created', 'user.updated', 'user.banned', 'user.unbanned', 'user.deleted']);
  const [first, second, third, fourth, last] = events().map(({ data }) => data);
  expect([first, second, third, fourth]).toEqual([created.body, updated.body, banned.body, unbanned.body]);
  expect(last).toEqual({
    ...unbanned.body,
    status: 'deleted',
    updatedAt: expect.any(String),
    deletedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('has four fields in the body, and the event id also in a header', async () => {
  const before = torii.now().getTime();
  await torii.createUser({ email: login.email });
  await torii.webhooksSettled();
  const { headers, body } = receiver.first();
  const event = JSON.parse(body);
  expect(Object.keys(event)).toEqual(['id', 'type', 'created_at', 'data']);
  expect(event.id).toMatch(/^evt_[0-9a-f-]{36}$/);
  expect(headers['webhook-id']).toBe(event.id);
  expect(event.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  });
  expect(Number(headers['webhook-timestamp']) * 1000).toBeGreaterThan(before - 1000);
  expect(Number(headers['webhook-timestamp']) * 1000).toBeLessThanOrEqual(torii.now().getTime());
});

test('does not contain the password', async () => {
  await torii.createUser(login);
  await torii.webhooksSettled();
  expect(receiver.received[0]?.body).not.toMatch(/correct horse|argon2|password/);
});

test('a ban or a deletion sends an event for each session that it revokes', async () => {
  const { id } = await torii.createUser(login);
  for (let count = 0; count < 3; count++) await signIn(torii, login);
  const sessions = await callApi<readonly object[]>(torii, 'GET', `/users/${id}/sessions`);
  await callApi(torii, 'POST', `/users/${id}/ban`);
  await torii.webhooksSettled();
  expect(receiver.types().toSorted()).toEqual([...Array(3).fill('session.revoked'), 'user.banned', 'user.created']);
  const revoked = events().flatMap(({ type, data }) => (type === 'session.revoked' ? [data] : []));
  expect(revoked).toHaveLength(3);
  expect(revoked).toEqual(expect.arrayContaining([...sessions.body]));

  await callApi(torii, 'POST', `/users/${id}/unban`);
  await signIn(torii, login);
  await callApi(torii, 'DELETE', `/users/${id}`);
  await torii.webhooksSettled();
  expect(receiver.types().filter((type) => type === 'session.revoked')).toHaveLength(4);
});

test('sends one event for a revoked session', async () => {
  const { id } = await torii.createUser(login);
  await signIn(torii, login);
  const { body } = await callApi<readonly [{ readonly id: string }]>(torii, 'GET', `/users/${id}/sessions`);
  for (let count = 0; count < 2; count++) await callApi(torii, 'DELETE', `/users/${id}/sessions/${body[0].id}`);
  await callApi(torii, 'DELETE', `/users/${id}/sessions`);
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.created', 'session.revoked']);
});

test('sends an event for a sign-out', async () => {
  await torii.createUser(login);
  const cookie = await signInWithForm(torii);
  for (let count = 0; count < 2; count++) await send(torii, publishedPaths.logout, { method: 'POST', cookie });
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.created', 'session.revoked']);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ['an empty update', (id) => callApi(torii, 'PATCH', `/users/${id}`, {})],
  ['a refused update', (id) => callApi(torii, 'PATCH', `/users/${id}`, { locale: 'fr' })],
  ['an unban of a user who is not banned', (id) => callApi(torii, 'POST', `/users/${id}/unban`)],
  ['a refused email', () => callApi(torii, 'POST', '/users', { email: login.email })],
  ['a revocation without sessions', (id) => callApi(torii, 'DELETE', `/users/${id}/sessions`)],
  ['a search', () => callApi(torii, 'POST', '/users/search', {})],
  ['a sign-in', () => signIn(torii, login)],
  ['a seed', () => torii.seed([{ email: 'seed@example.com' }])],
])('sends no event for %s', async (_name, change) => {
  const { id } = await torii.createUser(login);
  await change(id);
  await torii.createUser({ name: 'the last' });
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.created', 'user.created']);
});

test('a second ban sends no event', async () => {
  const { id } = await torii.createUser(login);
  for (let count = 0; count < 2; count++) await callApi(torii, 'POST', `/users/${id}/ban`);
  await torii.webhooksSettled();
  expect(receiver.types().toSorted()).toEqual(['user.banned', 'user.created']);
});

test('signs with the environment’s secret, the webhook’s secret, or each of several secrets', async () => {
  await using own = await startReceiver();
  await using rotating = await startReceiver();
  const secrets = [createWebhookSecret(), createWebhookSecret(), createWebhookSecret()] as const;
  await torii.addWebhook({ url: own.url, secret: secrets[0] });
  await torii.addWebhook({ url: rotating.url, secret: [secrets[1], secrets[2]] });
  await torii.createUser();
  await torii.webhooksSettled();
  const [toAll, toOwn, toRotating] = [receiver.first(), own.first(), rotating.first()];
  expect(verify(toAll, torii.webhookSecret)).toEqual(toAll.event);
  expect(verify(toOwn, secrets[0])).toEqual(toOwn.event);
  expect(() => verify(toOwn, torii.webhookSecret)).toThrow(WebhookVerificationError);
  for (const secret of secrets.slice(1)) expect(verify(toRotating, secret)).toEqual(toRotating.event);
  expect(() =>
    verify({ ...toAll, body: toAll.body.replace('user.created', 'user.deleted') }, torii.webhookSecret),
  ).toThrow(WebhookVerificationError);
});

test('sends only the requested event types, and no events of other environments', async () => {
  await using picky = await startReceiver();
  await using acmes = await startReceiver();
  await torii.addWebhook({ url: picky.url, types: ['user.deleted'] });
  const acme = torii.environment('acme');
  await acme.addWebhook({ url: acmes.url });
  const { id } = await torii.createUser();
  await callApi(torii, 'DELETE', `/users/${id}`);
  await acme.createUser();
  await torii.webhooksSettled();
  await acme.webhooksSettled();
  expect([receiver.types().toSorted(), picky.types(), acmes.types()]).toEqual([
    ['user.created', 'user.deleted'],
    ['user.deleted'],
    ['user.created'],
  ]);
  expect(acme.webhookSecret).not.toBe(torii.webhookSecret);
});

test('sends only later events to an added webhook, and none to a removed one', async () => {
  await using later = await startReceiver();
  await torii.createUser();
  const webhook = await torii.addWebhook({ url: later.url });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(later.types()).toEqual(['user.created']);
  await torii.removeWebhook(webhook.id);
  await torii.createUser();
  await torii.webhooksSettled();
  expect([later.types(), receiver.types()]).toEqual([['user.created'], Array(3).fill('user.created')]);
  expect(torii.webhooks.map(({ url }) => url)).toEqual([receiver.url]);
  await expect(torii.removeWebhook(webhook.id)).rejects.toMatchObject({ code: 'webhook_unknown' });
});

test('uses the emulator’s clock for timestamps', async () => {
  torii.advance(86_400);
  const tomorrow = Date.now() + 86_400_000;
  await torii.createUser();
  await torii.webhooksSettled();
  const { headers, event } = receiver.first();
  for (const time of [Number(headers['webhook-timestamp']) * 1000, Date.parse(event.created_at)]) {
    expect(time).toBeGreaterThan(tomorrow - 1000);
    expect(time).toBeLessThanOrEqual(torii.now().getTime());
  }
});

test('sends even if a test has replaced the timers and fetch', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('a test has replaced this')));
  vi.useFakeTimers();
  try {
    await torii.createUser();
    await torii.webhooksSettled();
    expect(receiver.types()).toEqual(['user.created']);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('updatedAt grows with every change, even within a millisecond', async () => {
  vi.setSystemTime('2026-11-17T12:00:00Z');
  const { id } = await torii.createUser();
  for (const name of ['a', 'b', 'c']) await callApi(torii, 'PATCH', `/users/${id}`, { name });
  await torii.webhooksSettled();
  const names = receiver.received
    .map(({ event }) => event.data as User)
    .toSorted((a, b) => a.updatedAt.localeCompare(b.updatedAt))
    .map(({ name }) => name);
  expect(names).toEqual([null, 'a', 'b', 'c']);
  expect(new Set(receiver.received.map(({ event }) => (event.data as User).updatedAt)).size).toBe(4);
});
