import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator } from '../src/index.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { cookieOf, logIn, logInNatively, login, send, startWithUser } from './browser.ts';
import { callApi, unknownId } from './rest.ts';

const { sessions, logout, client } = publishedPaths;
const clearedCookies = [
  expect.stringMatching(/^__client_session=; Max-Age=0; /),
  expect.stringMatching(/^__client_session_hint=; Max-Age=0; /),
];
let torii: Emulator;
let userId: string;
beforeEach(async () => {
  ({ torii, userId } = await startWithUser({ environments: [{ name: 'acme' }] }));
});
afterEach(() => torii.stop());

const authenticated = async (cookie: string) => {
  const { authenticated } = (await (await send(torii, client, { cookie })).json()) as { authenticated: boolean };
  return authenticated;
};

test('lists the sessions of the user and marks the current one', async () => {
  const [first, second] = [await logIn(torii), await logIn(torii)];
  await torii.createUser({ ...login, email: 'bob@example.com' });
  await logIn(torii, { ...login, email: 'bob@example.com' });
  for (const sent of [{ cookie: second.cookie }, { bearer: second.accessToken }]) {
    const listed = (await (await send(torii, sessions, sent)).json()) as { id: string; current: boolean }[];
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: first.sessionId, status: 'active', current: false }),
        expect.objectContaining({ id: second.sessionId, status: 'active', current: true }),
      ]),
    );
  }
});

test('ends another session of the user, and keeps the current one', async () => {
  const [first, second] = [await logIn(torii), await logIn(torii)];
  const sent = { method: 'DELETE', cookie: second.cookie };
  const response = await send(torii, `${sessions}/${first.sessionId}`, sent);
  expect([response.status, response.headers.getSetCookie()]).toEqual([204, []]);
  expect([await authenticated(first.cookie), await authenticated(second.cookie)]).toEqual([false, true]);
  expect((await send(torii, `${sessions}/${first.sessionId}`, sent)).status).toBe(204);
});

test('ending the current session clears both cookies', async () => {
  const { cookie, sessionId } = await logIn(torii);
  const response = await send(torii, `${sessions}/${sessionId}`, { method: 'DELETE', cookie });
  expect([response.status, response.headers.getSetCookie()]).toEqual([204, clearedCookies]);
  expect(await authenticated(cookie)).toBe(false);
});

test('a user cannot end the session of another, and learns nothing about it', async () => {
  await torii.createUser({ ...login, email: 'bob@example.com' });
  const bob = await logIn(torii, { ...login, email: 'bob@example.com' });
  const acme = torii.environment('acme');
  await acme.createUser(login);
  const elsewhere = await logIn(acme);
  const { cookie } = await logIn(torii);
  const answers = new Set<string>();
  for (const id of [bob.sessionId, elsewhere.sessionId, unknownId, '__proto__', '%2e%2e', `${bob.sessionId}%00`]) {
    const response = await send(torii, `${sessions}/${id}`, { method: 'DELETE', cookie });
    expect([id, response.status]).toEqual([id, 404]);
    const { detail } = (await response.json()) as { detail: string };
    if (!id.includes('%')) answers.add(detail);
  }
  expect(answers.size).toBe(1);
  expect(await authenticated(bob.cookie)).toBe(true);
});

test('nothing is listed or ended without a session', async () => {
  const { sessionId } = await logIn(torii);
  for (const sent of [{}, { cookie: cookieOf('a') }, { bearer: 'a' }, { headers: { 'x-torii-session-token': 'a' } }]) {
    expect((await send(torii, sessions, sent)).status).toBe(401);
    expect((await send(torii, `${sessions}/${sessionId}`, { ...sent, method: 'DELETE' })).status).toBe(401);
  }
});

test('a good cookie does not count next to a bad access token (statement 14)', async () => {
  const { cookie } = await logIn(torii);
  for (const authorization of ['Bearer a', 'Bearer', 'Basic YTpi', '', `Bearer ${await torii.token({ userId })}`]) {
    expect((await send(torii, sessions, { cookie, headers: { authorization } })).status).toBe(401);
  }
});

test('logout ends the session, clears both cookies, and can be repeated without a session', async () => {
  const { cookie, accessToken } = await logIn(torii);
  for (const sent of [{ cookie }, { cookie }, {}, { cookie: cookieOf('a') }]) {
    const response = await send(torii, logout, { ...sent, method: 'POST' });
    expect([response.status, response.headers.getSetCookie()]).toEqual([204, clearedCookies]);
  }
  expect((await send(torii, sessions, { bearer: accessToken })).status).toBe(401);
});

test('logout ends every session for which it has a credential', async () => {
  const [first, second] = [await logIn(torii), await logIn(torii)];
  await send(torii, logout, { method: 'POST', cookie: first.cookie, bearer: second.accessToken });
  expect([await authenticated(first.cookie), await authenticated(second.cookie)]).toEqual([false, false]);
});

test('logout of an app without cookies leaves the session of the browser alone', async () => {
  const native = await logInNatively(torii);
  const { cookie } = await logIn(torii);
  const response = await send(torii, logout, { method: 'POST', cookie, headers: native.headers });
  expect([response.status, response.headers.getSetCookie()]).toEqual([204, []]);
  expect(await authenticated(cookie)).toBe(true);
  expect((await send(torii, sessions, { headers: native.headers })).status).toBe(401);
});

test('logout refuses two session cookies and ends nothing', async () => {
  const { cookie } = await logIn(torii);
  expect((await send(torii, logout, { method: 'POST', cookie: `${cookie}; ${cookieOf('a')}` })).status).toBe(400);
  expect(await authenticated(cookie)).toBe(true);
});

test('an access token counts only as long as it, its key, its session and its user are valid', async () => {
  const statusOf = async (bearer: string) => (await send(torii, sessions, { bearer })).status;
  const expired = await logIn(torii);
  expect(await statusOf(expired.accessToken)).toBe(200);
  torii.advance(270);
  expect(await statusOf(expired.accessToken)).toBe(200);
  torii.advance(30);
  expect(await statusOf(expired.accessToken)).toBe(401);

  const withdrawn = await logIn(torii);
  await torii.rotateKeys();
  expect(await statusOf(withdrawn.accessToken)).toBe(200);
  torii.withdrawKeys();
  expect(await statusOf(withdrawn.accessToken)).toBe(401);

  const banned = await logIn(torii);
  await callApi(torii, 'POST', `/users/${userId}/ban`);
  expect(await statusOf(banned.accessToken)).toBe(401);
});

test('tells how to authenticate (RFC 6750 section 3)', async () => {
  const { headers } = await send(torii, sessions, { bearer: 'a' });
  expect(headers.get('www-authenticate')).toBe('Bearer realm="torii", error="invalid_token"');
});
