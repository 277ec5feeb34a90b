import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { callApi } from './rest.ts';

let torii: Emulator;
let user: User;
beforeAll(async () => {
  torii = await startEmulator();
});
beforeEach(async () => {
  user = await torii.createUser({
    name: 'Ada',
    phone: '+15555550100',
    locale: 'en',
    address: '221B Baker Street',
    dateOfBirth: '1815-12-10',
  });
  torii.advance(1);
});
afterAll(() => torii.stop());

function patch<Body = User>(body: unknown) {
  return callApi<Body>(torii, 'PATCH', `/users/${user.id}`, body);
}

test.each([
  ['name', 'Ada Lovelace'],
  ['phone', '+4512345678'],
  ['locale', 'da'],
  ['address', 'Copenhagen'],
  ['dateOfBirth', '2000-02-29'],
  ['firstName', 'Augusta'],
  ['lastName', 'King'],
])('sets %s, clears it with null, and changes nothing else', async (field, value) => {
  for (const wanted of [value, null]) {
    const { status, body } = await patch({ [field]: wanted });
    expect([status, body]).toEqual([200, { ...user, [field]: wanted, updatedAt: body.updatedAt }]);
    expect(body.updatedAt > user.updatedAt).toBe(true);
    expect((await callApi<User>(torii, 'GET', `/users/${user.id}`)).body).toEqual(body);
  }
});

test('changes several fields at once', async () => {
  const { body } = await patch({ name: 'Augusta', locale: null });
  expect(body).toMatchObject({ name: 'Augusta', locale: null, phone: user.phone });
});

test('an empty update changes nothing', async () => {
  const { status, body } = await patch({});
  expect([status, body]).toEqual([200, user]);
});

test('search finds the new name and not the old one', async () => {
  await patch({ name: 'Ørsted' });
  const found = async (name: string) =>
    (await callApi<{ items: readonly User[] }>(torii, 'POST', '/users/search', { name })).body.items.map(
      ({ id }) => id,
    );
  expect(await found('ørst')).toEqual([user.id]);
  expect(await found('Ada')).not.toContain(user.id);
});

test.each<[string, string, unknown]>([
  ['email', 'which cannot be changed', { email: 'new@example.com' }],
  ['status', 'which only a ban changes', { status: 'banned' }],
  ['__proto__', 'which every object has', '{"__proto__":{"name":"x"}}'],
  ['name', 'a number', { name: 7 }],
  ['locale', 'an unknown language', { locale: 'fr' }],
  ['dateOfBirth', 'a date that does not exist', { dateOfBirth: '2026-02-30' }],
])('responds with 400 to %s, %s, and changes nothing', async (field, _what, input) => {
  const { status, body } = await callApi(torii, 'PATCH', `/users/${user.id}`, input);
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect(body.properties.errors).toEqual([{ field, message: expect.any(String) }]);
  expect((await callApi<User>(torii, 'GET', `/users/${user.id}`)).body).toEqual(user);
});

test('changes no field if one field is invalid', async () => {
  await patch({ name: 'Augusta', locale: 'fr' });
  expect((await callApi<User>(torii, 'GET', `/users/${user.id}`)).body).toEqual(user);
});

test.each([
  ['no body', undefined, 415],
  ['broken JSON', '{"name":', 400],
  ['an array', '[]', 400],
  ['null', 'null', 400],
])('responds to %s with a problem', async (_name, body, expected) => {
  expect((await patch(body)).status).toBe(expected);
});

test('the name is the first and the last name, unless another one was written', async () => {
  const names = async (body: unknown) => {
    const { name, firstName, lastName } = (await patch(body)).body;
    return [name, firstName, lastName];
  };
  expect(await names({ name: null })).toEqual([null, null, null]);
  expect(await names({ firstName: 'Grace' })).toEqual(['Grace', 'Grace', null]);
  expect(await names({ lastName: 'Hopper' })).toEqual(['Grace Hopper', 'Grace', 'Hopper']);
  expect(await names({ name: 'Amazing Grace' })).toEqual(['Amazing Grace', 'Grace', 'Hopper']);
  expect(await names({ firstName: 'G.' })).toEqual(['Amazing Grace', 'G.', 'Hopper']);
  expect(await names({ name: null })).toEqual(['G. Hopper', 'G.', 'Hopper']);
  expect(await names({ firstName: '', lastName: null })).toEqual([null, '', null]);
});

test('the search finds a user by the name that is shown', async () => {
  const found = async (name: string | null) => {
    const { body } = await callApi<{ items: readonly User[] }>(torii, 'POST', '/users/search', {
      name,
      userIds: [user.id],
    });
    return body.items.length;
  };
  await patch({ name: null, firstName: 'Grace', lastName: 'Hopper' });
  expect([await found('GRACE HOP'), await found('Ada'), await found(null)]).toEqual([1, 0, 0]);
  await patch({ lastName: 'Brewster' });
  expect([await found('ce brew'), await found('Hopper')]).toEqual([1, 0]);
  await patch({ firstName: null, lastName: null });
  expect([await found(''), await found(null)]).toEqual([0, 1]);
});
