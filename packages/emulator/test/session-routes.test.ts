import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { appOrigin, askForToken, cookieOf, login, readToken, send, signInWithForm, startWithUser } from './browser.ts';
import { callApi, type ProblemBody, signIn } from './rest.ts';

let torii: Emulator;
let userId: string;
let cookie: string;
beforeEach(async () => {
  ({ torii, userId } = await startWithUser());
  cookie = await signInWithForm(torii);
});
afterEach(() => torii.stop());

const statusWith = async (cookie: string) => (await askForToken(torii, { cookie })).status;

test('the cookie gives a new access token each time', async () => {
  const response = await askForToken(torii, { cookie });
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  const { accessToken, expiresAt, expiresInSeconds, userId: owner } = await readToken(response);
  const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(torii.jwksUrl)), {
    issuer: torii.issuer,
  });
  expect([payload.sub, owner, expiresInSeconds]).toEqual([userId, userId, 300]);
  expect(Date.parse(expiresAt) / 1000).toBe(payload.exp);
  torii.advance(10);
  const later = await readToken(await askForToken(torii, { cookie }));
  expect(Date.parse(later.expiresAt)).toBeGreaterThanOrEqual(Date.parse(expiresAt) + 10_000);
});

test('sign-in with JSON also sets the cookie', async () => {
  const { headers } = await signIn(torii, login);
  const [given = ''] = headers.getSetCookie();
  expect(await statusWith(given.split(';', 1)[0] ?? '')).toBe(200);
});

test.each([
  ['no cookie', undefined],
  ['an empty cookie', cookieOf('')],
  ['a made-up cookie', cookieOf('a'.repeat(43))],
  ['a cookie with a longer name', `x${cookieOf('a')}`],
])('responds with 401 to %s', async (_name, cookie) => {
  const response = await askForToken(torii, { cookie });
  expect(response.status).toBe(401);
  expect(((await response.json()) as ProblemBody).properties.code).toBe('signed_out');
});

test('refuses two cookies of the same name, in either order', async () => {
  for (const both of [`${cookie}; ${cookieOf('a')}`, `${cookieOf('a')}; ${cookie}`]) {
    expect(await statusWith(both)).toBe(400);
  }
});

test('sign-out ends the session, clears the cookie, and can be repeated', async () => {
  for (const _ of [1, 2]) {
    const response = await send(torii, publishedPaths.logout, { method: 'POST', cookie });
    expect([response.status, response.headers.getSetCookie()]).toEqual([
      204,
      [
        expect.stringMatching(/^__client_session=; Max-Age=0; /),
        expect.stringMatching(/^__client_session_hint=; Max-Age=0; /),
      ],
    ]);
  }
  expect(await statusWith(cookie)).toBe(401);
});

test('a banned user gets no new token, and the old cookie stays invalid after the ban is lifted', async () => {
  await callApi(torii, 'POST', `/users/${userId}/ban`);
  expect(await statusWith(cookie)).toBe(401);
  await callApi(torii, 'POST', `/users/${userId}/unban`);
  expect(await statusWith(cookie)).toBe(401);
});

test('an expired session gives no token, and its cookie is cleared', async () => {
  torii.advance(7 * 24 * 60 * 60);
  const response = await askForToken(torii, { cookie, headers: { origin: appOrigin } });
  expect([response.status, response.headers.get('set-cookie')]).toEqual([401, expect.stringContaining('Max-Age=0')]);
});

test('clears no cookie if none was sent: the user may have signed in in another tab since', async () => {
  for (const sent of [
    {},
    { cookie: 'app=1' },
    { cookie: '__client_session=unknown' },
    { cookie: '__client_session_hint=1' },
  ]) {
    const response = await askForToken(torii, { ...sent, headers: { origin: appOrigin } });
    const isKnown = sent.cookie?.startsWith('__client_session') === true;
    expect([response.status, response.headers.getSetCookie().length]).toEqual([401, isKnown ? 2 : 0]);
  }
});

test('refuses the cookie of another emulator', async () => {
  const { torii: other } = await startWithUser();
  expect((await askForToken(other, { cookie })).status).toBe(401);
  await other.stop();
});

test('responds to the preflight of an allowed origin with credentials and without a wildcard', async () => {
  const response = await send(torii, provisionalPaths.accessToken, {
    method: 'OPTIONS',
    headers: { origin: appOrigin, 'access-control-request-method': 'POST' },
  });
  expect(response.status).toBe(204);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': appOrigin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET,POST,DELETE',
    vary: expect.stringContaining('Origin'),
  });
  expect(torii.requests.session).toBe(0);
});

test('a page of an allowed origin can read tokens, refusals and injected faults', async () => {
  const from = { origin: appOrigin };
  torii.fail('session', { times: 1 });
  for (const [sent, status] of [
    [{ cookie, headers: from }, 503],
    [{ cookie, headers: from }, 200],
    [{ headers: from }, 401],
  ] as const) {
    const { status: actual, headers } = await askForToken(torii, sent);
    expect([actual, headers.get('access-control-allow-origin')]).toEqual([status, appOrigin]);
    expect(headers.get('vary')).toContain('Origin');
  }
});

test.each(['http://evil.example', 'http://127.0.0.1:4001', `${appOrigin}.evil.example`, 'null'])(
  'gives a page of %s no token and no readable response',
  async (origin) => {
    const response = await askForToken(torii, { cookie, headers: { origin } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect(await response.text()).not.toContain('eyJ');
  },
);

test('the database contains no cookie value', async () => {
  const { openStore } = await import('../src/database/store.ts');
  const { SessionSecrets } = await import('../src/sessions/secrets.ts');
  const { Clock } = await import('../src/clock.ts');
  using database = openStore(':memory:');
  database.exec(`PRAGMA foreign_keys = OFF`);
  const secrets = new SessionSecrets({ database, environmentId: 'e', clock: new Clock(), createId: () => 'id' });
  const secret = secrets.issue('a session');
  const rows = database.prepare('SELECT * FROM session_secrets').all();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(secret);
});
