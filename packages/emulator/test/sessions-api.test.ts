import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { callApi, signIn, unknownId } from './rest.ts';

interface Session {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: string;
}

const password = 'correct horse';
let torii: Emulator;
let user: User;
let count = 0;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }] });
});
beforeEach(async () => {
  count += 1;
  user = await torii.createUser({ email: `user${count}@example.com`, password });
});
afterAll(() => torii.stop());

async function beginSession(of: User = user): Promise<string> {
  torii.advance(1);
  const { body } = await signIn<{ sessionId: string }>(torii, { email: of.email, password });
  return body.sessionId;
}

async function listIds(): Promise<readonly string[]> {
  const { status, body } = await callApi<readonly Session[]>(torii, 'GET', `/users/${user.id}/sessions`);
  expect(status).toBe(200);
  return body.map(({ id }) => id);
}

test('lists a user’s sessions, most recently used first', async () => {
  const first = await beginSession();
  const second = await beginSession();
  const { body } = await callApi<readonly Session[]>(torii, 'GET', `/users/${user.id}/sessions`);
  expect(body.map(({ id }) => id)).toEqual([second, first]);
  expect(body[0]).toMatchObject({
    userId: user.id,
    environmentId: torii.environmentId,
    userAgent: 'a browser',
    ipAddress: '127.0.0.1',
  });
});

test('revokes one session, also when repeated', async () => {
  const [first, second] = [await beginSession(), await beginSession()];
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, body } = await callApi(torii, 'DELETE', `/users/${user.id}/sessions/${second}`);
    expect([status, body]).toEqual([204, undefined]);
    expect(await listIds()).toEqual([first]);
  }
});

test('revokes all sessions, also when repeated', async () => {
  await beginSession();
  await beginSession();
  for (let attempt = 0; attempt < 2; attempt++) {
    expect((await callApi(torii, 'DELETE', `/users/${user.id}/sessions`)).status).toBe(204);
    expect(await listIds()).toEqual([]);
  }
});

test('responds with 204 to the revocation of an unknown session', async () => {
  expect((await callApi(torii, 'DELETE', `/users/${user.id}/sessions/${unknownId}`)).status).toBe(204);
});

test('refuses to revoke a session through another user, and does not revoke it', async () => {
  const session = await beginSession();
  const other = await torii.createUser();
  const { status, body } = await callApi(torii, 'DELETE', `/users/${other.id}/sessions/${session}`);
  expect([status, body.properties.code]).toEqual([403, 'forbidden']);
  expect(await listIds()).toEqual([session]);
});

test('refuses to revoke a session of another environment, and does not revoke it', async () => {
  const session = await beginSession();
  const stranger = await torii.environment('acme').createUser();
  const { status } = await callApi(torii.environment('acme'), 'DELETE', `/users/${stranger.id}/sessions/${session}`);
  expect(status).toBe(403);
  expect(await listIds()).toEqual([session]);
});

test('does not list an expired session', async () => {
  await beginSession();
  torii.advance(7 * 24 * 60 * 60);
  expect(await listIds()).toEqual([]);
});

test.each([
  ['GET', ''],
  ['DELETE', ''],
  ['DELETE', `/${unknownId}`],
])('responds with 403, not 404, to %s of the sessions of an unknown user%s, as documented', async (method, rest) => {
  const { status, body } = await callApi(torii, method, `/users/${unknownId}/sessions${rest}`);
  expect([status, body.properties.code]).toEqual([403, 'forbidden']);
});

test('refuses a session id that is not a UUID, and names the field', async () => {
  const { status, body } = await callApi(torii, 'DELETE', `/users/${user.id}/sessions/mine`);
  expect([status, body.properties.errors]).toEqual([400, [{ field: 'sessionId', message: expect.any(String) }]]);
});
