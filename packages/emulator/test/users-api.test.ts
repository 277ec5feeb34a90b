import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverV1 } from '../src/generated/server-v1.ts';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { createUserFields } from '../src/users/input.ts';
import { callApi, unknownId } from './rest.ts';

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const { paths, components } = JSON.parse(JSON.stringify(serverV1));
const fieldsOf = ({ content }: { content: Record<string, { schema: { $ref: string } }> }): string[] =>
  Object.keys(components.schemas[content['application/json']?.schema.$ref.split('/').at(-1) ?? ''].properties).sort();

test('creates a user with all fields of the request, and returns it again', async () => {
  const input = {
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    phone: '+15555550100',
    address: '221B Baker Street, London',
    dateOfBirth: '1815-12-10',
    firstName: 'Augusta',
    lastName: 'King',
    publicMetadata: { plan: 'pro', limits: { seats: 3 } },
    privateMetadata: { customer: 'c1' },
    unsafeMetadata: { theme: 'dark' },
  };
  const created = await callApi<User>(torii, 'POST', '/users', { ...input, password: 'correct horse' });
  expect(created.status).toBe(201);
  expect(created.headers.get('cache-control')).toBe('no-store');
  expect(created.body).toEqual({
    ...input,
    id: expect.stringMatching(uuidV7),
    environmentId: torii.environmentId,
    locale: null,
    status: 'active',
    emailVerifiedAt: created.body.createdAt,
    createdAt: expect.stringMatching(isoInstant),
    updatedAt: created.body.createdAt,
    deletedAt: null,
  });
  const got = await callApi<User>(torii, 'GET', `/users/${created.body.id}`);
  expect([got.status, got.body]).toEqual([200, created.body]);
});

test('creates a user without any field', async () => {
  const { status, body } = await callApi<User>(torii, 'POST', '/users', {});
  expect([status, body.email, body.name]).toEqual([201, null, null]);
});

test('accepts exactly the fields of the specification', async () => {
  const { requestBody, responses } = paths['/api/server/v1/users'].post;
  expect(Object.keys(await torii.createUser()).sort()).toEqual(fieldsOf(responses[201]));
  expect(Object.keys(createUserFields).sort()).toEqual(fieldsOf(requestBody));
});

test('bans and unbans, and changes nothing when repeated', async () => {
  const { id } = await torii.createUser();
  const banned = await callApi<User>(torii, 'POST', `/users/${id}/ban`);
  expect([banned.status, banned.body.status]).toEqual([200, 'banned']);
  expect((await callApi<User>(torii, 'POST', `/users/${id}/ban`)).body).toEqual(banned.body);
  const unbanned = await callApi<User>(torii, 'POST', `/users/${id}/unban`);
  expect([unbanned.status, unbanned.body.status]).toEqual([200, 'active']);
  expect((await callApi<User>(torii, 'POST', `/users/${id}/unban`)).body).toEqual(unbanned.body);
});

test.each([
  ['no key', {}],
  ['another key', { authorization: 'Bearer sk_test_somebody_elses' }],
  ['another scheme', { authorization: 'Basic c2tfdGVzdA==' }],
  ['the scheme alone', { authorization: 'Bearer' }],
  ['an access token', { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }],
])('responds with 401 to %s on every operation, without repeating the value', async (_name, headers) => {
  for (const [method, path] of [
    ['GET', '/users/nobody'],
    ['POST', '/users'],
    ['GET', '/elsewhere'],
  ] as const) {
    const { status, headers: answered, body } = await callApi(torii, method, path, undefined, headers);
    expect([status, body.properties.code]).toEqual([401, 'invalid_secret_key']);
    expect(answered.get('www-authenticate')).toBe('Bearer realm="torii"');
    expect(JSON.stringify(body)).not.toMatch(/eyJ|sk_test_\w/);
  }
});

test('responds to every refused request with a problem that has a code and a support id', async () => {
  const { headers, body } = await callApi(torii, 'GET', `/users/${unknownId}`);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: expect.any(String),
    instance: `urn:uuid:${body.properties.supportId}`,
    properties: { code: 'user_not_found', supportId: expect.stringMatching(uuidV7) },
  });
});

test.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['POST', '/ban'],
  ['POST', '/unban'],
  ['GET', '/sessions'],
  ['DELETE', '/sessions'],
  ['DELETE', `/sessions/${unknownId}`],
])('responds with 400 to an id that is not a UUID: %s /users/…%s', async (method, rest) => {
  for (const id of ['nobody', '7', '%00', '%E0%A4%A', '__proto__', `urn:uuid:${unknownId}`, `${unknownId}0`]) {
    const { status, body } = await callApi(torii, method, `/users/${id}${rest}`, method === 'PATCH' ? {} : undefined);
    expect([id, status, body.properties.code]).toEqual([id, 400, 'invalid_request']);
    expect(body.properties.errors).toEqual([{ field: 'userId', message: expect.any(String) }]);
  }
});

test('finds a user by an id in upper case', async () => {
  const { id } = await torii.createUser();
  expect((await callApi<User>(torii, 'GET', `/users/${id.toUpperCase()}`)).body.id).toBe(id);
});

test('stores unusual text unchanged, or reports what it changed', async () => {
  const created = await callApi<User>(torii, 'POST', '/users', { name: 'a\u0000b 😀 \ud800', address: '' });
  const got = await callApi<User>(torii, 'GET', `/users/${created.body.id}`);
  expect(got.body).toEqual(created.body);
  expect(got.body.address).toBe('');
});

test('refuses unknown parameters', async () => {
  const { status, body } = await callApi(torii, 'POST', '/users?limit=3', {});
  expect([status, body.properties.errors]).toEqual([400, [{ field: 'limit', message: expect.any(String) }]]);
});

test('responds with 409 to an email that exists, ignoring case', async () => {
  await torii.createUser({ email: 'grace@example.com' });
  const { status, body } = await callApi(torii, 'POST', '/users', { email: 'GRACE@Example.com' });
  expect([status, body.properties.code]).toEqual([409, 'email_taken']);
});

test('creates only one user if many concurrent requests have the same email', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      callApi(torii, 'POST', '/users', { email: 'race@example.com', password: 'long enough' }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
});

test.each([
  ['an unknown field', 'nickname', { nickname: 'Ada' }],
  ['a field of Object.prototype', '__proto__', '{"__proto__":{"email":"a@b.c"}}'],
  ['a field that only the library accepts', 'emailVerified', { emailVerified: true }],
  ['a wrong type', 'name', { name: 7 }],
  ['a nested value', 'email', { email: { $ne: null } }],
  ['a bad email', 'email', { email: 'ada' }],
  ['an email with a space', 'email', { email: 'ada @example.com' }],
  ['an email with a line break', 'email', { email: 'ada@example.com\n' }],
  ['a very long email', 'email', { email: `${'a'.repeat(250)}@example.com` }],
  ['a weak password', 'password', { password: 'short' }],
  ['a date in another form', 'dateOfBirth', { dateOfBirth: '10/12/1815' }],
  ['a date that does not exist', 'dateOfBirth', { dateOfBirth: '2026-02-30' }],
  ['a date with a time', 'dateOfBirth', { dateOfBirth: '1815-12-10T00:00:00Z' }],
])('responds with 400 to %s and names the field', async (_name, field, input) => {
  const { status, body } = await callApi(torii, 'POST', '/users', input);
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
  expect(body.properties.errors).toEqual([{ field, message: expect.any(String) }]);
  expect(body.detail).toContain(field);
});

test('names every invalid field, and repeats no value', async () => {
  const { body } = await callApi(torii, 'POST', '/users', { email: 'nonsense', password: 'hunter2' });
  expect(body.properties.errors?.map(({ field }) => field)).toEqual(['email', 'password']);
  for (const field of ['email', 'password']) expect(body.detail).toContain(field);
  expect(JSON.stringify(body)).not.toMatch(/nonsense|hunter2/);
});

test.each([
  ['broken JSON', '{"password":"hunter2hunter2",', 400, 'malformed_json'],
  ['an empty body', '', 400, 'malformed_json'],
  ['an array', '[]', 400, 'invalid_request'],
  ['null', 'null', 400, 'invalid_request'],
])('responds with 400 to %s', async (_name, text, expected, code) => {
  const { status, body } = await callApi(torii, 'POST', '/users', text);
  expect([status, body.properties.code]).toEqual([expected, code]);
  expect(JSON.stringify(body)).not.toContain('hunter2');
});

test('responds with 400 to text that is not UTF-8', async () => {
  const response = await fetch(`${torii.apiUrl}/api/server/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${torii.secretKey}`, 'content-type': 'application/json' },
    body: Buffer.from('{"name":"\xff"}', 'latin1'),
  });
  expect(response.status).toBe(400);
});

test('responds with 415 to a body that is not JSON', async () => {
  const { status, body } = await callApi(torii, 'POST', '/users', 'email=ada@example.com', {
    authorization: `Bearer ${torii.secretKey}`,
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect([status, body.properties.code]).toEqual([415, 'unsupported_media_type']);
});
