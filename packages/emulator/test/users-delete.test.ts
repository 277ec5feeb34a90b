import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { callApi, signIn } from './rest.ts';

const password = 'correct horse';
let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

async function deletedUser(): Promise<User> {
  const user = await torii.createUser({ name: 'Gone' });
  await callApi(torii, 'DELETE', `/users/${user.id}`);
  return user;
}

test('keeps the record of a deleted user, with the time of the deletion', async () => {
  const user = await torii.createUser({ name: 'Soft' });
  torii.advance(1);
  const { status, body } = await callApi(torii, 'DELETE', `/users/${user.id}`);
  expect([status, body]).toEqual([204, undefined]);
  const found = await callApi<{ items: readonly User[] }>(torii, 'POST', '/users/search', { name: 'soft' });
  const deletedAt = found.body.items[0]?.deletedAt;
  expect(found.body.items).toEqual([{ ...user, status: 'deleted', deletedAt, updatedAt: deletedAt }]);
  expect(String(deletedAt) > user.updatedAt).toBe(true);
});

test.each([
  ['DELETE', '', undefined],
  ['GET', '', undefined],
  ['PATCH', '', {}],
  ['POST', '/ban', undefined],
  ['POST', '/unban', undefined],
  ['GET', '/sessions', undefined],
  ['DELETE', '/sessions', undefined],
])('responds with 403 after a deletion, as documented: %s …%s', async (method, rest, body) => {
  const { id } = await deletedUser();
  const answer = await callApi(torii, method, `/users/${id}${rest}`, body);
  expect([answer.status, answer.body.properties.code]).toEqual([403, 'forbidden']);
});

test('signs a deleted user out, and refuses their sign-in', async () => {
  const { id } = await torii.createUser({ email: 'ada@example.com', password });
  await signIn(torii, { email: 'ada@example.com', password });
  await callApi(torii, 'DELETE', `/users/${id}`);
  const { status, body } = await signIn(torii, { email: 'ada@example.com', password });
  expect([status, body.properties.code]).toEqual([401, 'invalid_credentials']);
});

test('the email of a deleted user can be used again', async () => {
  const { id } = await torii.createUser({ email: 'free@example.com' });
  await callApi(torii, 'DELETE', `/users/${id}`);
  const again = await callApi<User>(torii, 'POST', '/users', { email: 'free@example.com' });
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(id);
});

test('responds with 403 to a retried delete whose first response was lost', async () => {
  const { id } = await torii.createUser();
  torii.cut('api', { at: 'answer', times: 1 });
  await expect(callApi(torii, 'DELETE', `/users/${id}`)).rejects.toMatchObject({ name: 'TypeError' });
  expect((await callApi(torii, 'DELETE', `/users/${id}`)).status).toBe(403);
});
