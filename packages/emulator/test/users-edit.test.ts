import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { login, send } from './browser.ts';
import { startReceiver } from './receiver.ts';
import { callApi, signIn, unknownId } from './rest.ts';

let torii: Emulator;
let ada: User;
beforeEach(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }] });
  ada = await torii.createUser({ ...login, firstName: 'Ada', publicMetadata: { plan: 'free', seats: 1 } });
});
afterEach(() => torii.stop());

async function edit(fields: unknown, user = ada.id) {
  const response = await send(torii, `/_emulator/users/${user}`, { method: 'PATCH', json: fields });
  return { status: response.status, body: (await response.json()) as User };
}

test('changes only the given fields, and replaces metadata instead of merging it', async () => {
  const { status, body } = await edit({ lastName: 'Lovelace', publicMetadata: { plan: 'pro' }, emailVerified: false });
  expect(status).toBe(200);
  const { updatedAt } = body;
  expect(body).toEqual({
    ...ada,
    name: 'Ada Lovelace',
    lastName: 'Lovelace',
    publicMetadata: { plan: 'pro' },
    emailVerifiedAt: null,
    updatedAt,
  });
  expect(updatedAt > ada.updatedAt).toBe(true);
  expect((await callApi(torii, 'GET', `/users/${ada.id}`)).body).toEqual(body);
});

test('a new email is found in any case, and the old one is free', async () => {
  await edit({ email: 'Countess@example.com' });
  expect((await signIn(torii, { ...login, email: 'countess@EXAMPLE.com' })).status).toBe(200);
  expect((await signIn(torii, login)).status).toBe(401);
  expect(await torii.createUser({ email: login.email })).toMatchObject({ email: login.email });
});

test('changes the password, and null removes it', async () => {
  await edit({ password: 'other horse' });
  expect((await signIn(torii, login)).status).toBe(401);
  expect((await signIn(torii, { ...login, password: 'other horse' })).status).toBe(200);
  await edit({ password: null });
  expect((await signIn(torii, { ...login, password: 'other horse' })).status).toBe(401);
});

test('sends an event for a change, and none if nothing has changed', async () => {
  await using receiver = await startReceiver();
  await torii.addWebhook({ url: receiver.url });
  expect((await edit({ firstName: 'Ada', emailVerified: true })).body.updatedAt).toBe(ada.updatedAt);
  await edit({ firstName: 'Augusta' });
  await torii.webhooksSettled();
  expect(receiver.received.map(({ event }) => event)).toMatchObject([
    { type: 'user.updated', data: { firstName: 'Augusta' } },
  ]);
});

test.each<[string, unknown, number]>([
  ['an unknown field', { mail: 'x@example.com' }, 400],
  ['the status, which has its own requests', { status: 'banned' }, 400],
  ['text that is not an email', { email: 'nobody' }, 400],
  ['an email of another user', { email: 'GRACE@example.com' }, 409],
  ['a short password', { password: 'short' }, 400],
  ['metadata over the budget', { unsafeMetadata: { a: 'x'.repeat(9000) } }, 400],
  ['metadata that is null', { publicMetadata: null }, 400],
  ['an array', [], 400],
])('refuses %s, and changes nothing', async (_name, fields, status) => {
  await torii.createUser({ email: 'grace@example.com' });
  expect((await edit(fields)).status).toBe(status);
  expect((await callApi(torii, 'GET', `/users/${ada.id}`)).body).toEqual(ada);
});

test('refuses users who do not exist, are deleted, or are in another environment', async () => {
  const foreign = await torii.environment('acme').createUser({ email: 'foreign@example.com' });
  await callApi(torii, 'DELETE', `/users/${ada.id}`);
  for (const user of [unknownId, ada.id, login.email, foreign.id, 'foreign@example.com']) {
    expect((await edit({ firstName: 'X' }, user)).status).toBe(404);
  }
});

test('a user who is deleted while passwords are hashed is not changed afterwards', async () => {
  const edits = Array.from({ length: 12 }, (_, n) => edit({ password: `other horse ${n}` }));
  // Those that have not ended by now are hashing.
  await Promise.race(edits);
  await callApi(torii, 'DELETE', `/users/${ada.id}`);
  for (const { status } of await Promise.all(edits)) expect([200, 404]).toContain(status);
  const found = await callApi<{ items: readonly User[] }>(torii, 'POST', '/users/search', { statuses: ['deleted'] });
  const [{ updatedAt, deletedAt } = ada] = found.body.items;
  expect(updatedAt).toBe(deletedAt);
});
