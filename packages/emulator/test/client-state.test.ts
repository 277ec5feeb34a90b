import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, type EmulatorEnvironment, startEmulator } from '../src/index.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { appOrigin, cookieOf, logIn, logInNatively, login, send, signInWithForm, startWithUser } from './browser.ts';
import { callApi } from './rest.ts';

const { client } = publishedPaths;
const signedOut = { authenticated: false, user: null, session: null, organizations: [] };
let torii: Emulator;
let userId: string;
beforeEach(async () => {
  ({ torii, userId } = await startWithUser({ environments: [{ name: 'acme' }] }));
});
afterEach(() => torii.stop());

async function probe(torii: EmulatorEnvironment, sent: Parameters<typeof send>[2], path: string = client) {
  const response = await send(torii, path, sent);
  const body = (await response.json()) as { readonly authenticated?: boolean };
  return { status: response.status, headers: response.headers, body };
}

test('the boot probe gives the user and the session of the cookie', async () => {
  const cookie = await signInWithForm(torii);
  const { status, body } = await probe(torii, { cookie });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    authenticated: true,
    user: { id: userId, email: login.email },
    session: { status: 'active', current: true, activeOrganizationId: null, impersonatedBy: null },
    organizations: [],
  });
});

test('the boot probe gives no token, no secret and no metadata of the app’s server', async () => {
  const cookie = await signInWithForm(torii);
  const { body, headers } = await probe(torii, { cookie });
  expect(JSON.stringify(body)).not.toMatch(/eyJ|private|password/i);
  expect(JSON.stringify(body)).not.toContain(cookie.split('=')[1]);
  expect([headers.get('x-torii-session-token'), headers.getSetCookie()]).toEqual([null, []]);
});

test('the boot probe answers 200 to every cookie that is not good', async () => {
  const good = await signInWithForm(torii);
  const acme = torii.environment('acme');
  await acme.createUser(login);
  const foreign = await signInWithForm(acme);
  const cookies = [
    undefined,
    '',
    cookieOf(''),
    cookieOf('a'.repeat(43)),
    cookieOf('%00'),
    foreign,
    `${good}; ${cookieOf('a')}`,
    `${cookieOf('a')}; ${good}`,
    `${good}; ${good}`,
    '__client_session_hint=1',
    `x${good}`,
    good.replace('__client_session', '__proto__'),
  ];
  for (const cookie of cookies) {
    const { status, body } = await probe(torii, { cookie });
    expect([status, body]).toEqual([200, signedOut]);
  }
});

test('the boot probe shows that an ended session is over', async () => {
  const endings = [
    () => callApi(torii, 'POST', `/users/${userId}/ban`),
    (cookie: string) => send(torii, publishedPaths.logout, { method: 'POST', cookie }),
    async () => torii.advance(7 * 24 * 60 * 60),
    () => callApi(torii, 'DELETE', `/users/${userId}`),
  ];
  for (const end of endings) {
    await callApi(torii, 'POST', `/users/${userId}/unban`);
    const cookie = await signInWithForm(torii);
    expect((await probe(torii, { cookie })).body.authenticated).toBe(true);
    await end(cookie);
    expect((await probe(torii, { cookie })).body).toEqual(signedOut);
  }
});

test('answers that depend on who asks are never cached (statement 20)', async () => {
  const cookie = await signInWithForm(torii);
  for (const [path, sent] of [
    [client, { cookie }],
    [client, {}],
    [publishedPaths.environment, {}],
    [publishedPaths.sessions, { cookie }],
    [publishedPaths.organizations, {}],
    [publishedPaths.login, { json: {} }],
    [publishedPaths.templateToken, { method: 'POST' }],
    [publishedPaths.establish, { json: {} }],
  ] as const) {
    const { headers } = await send(torii, path, sent);
    expect(headers.get('cache-control')).toBe('private, no-store');
    const vary = headers.get('vary')?.toLowerCase() ?? '';
    for (const name of ['authorization', 'cookie', 'origin', 'x-api-key', 'x-torii-session-token']) {
      expect(vary).toContain(name);
    }
  }
});

test('the environment tells its publishable key and no secret', async () => {
  const acme = torii.environment('acme');
  const { status, body } = await probe(acme, {}, publishedPaths.environment);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: acme.environmentId, issuer: acme.issuer, publishableKey: acme.publishableKey });
  expect(JSON.stringify(body)).not.toMatch(/sk_|whsec_/);
});

test('an app without cookies gets and sends the secret of its session in a header', async () => {
  const response = await send(torii, `${publishedPaths.login}?_is_native=1`, { json: login });
  expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
  const token = response.headers.get('x-torii-session-token') ?? '';
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await response.text()).not.toContain(token);
  const headers = { 'x-torii-session-token': token };
  expect((await probe(torii, { headers })).body).toMatchObject({ authenticated: true, user: { id: userId } });
  const ended = await send(torii, publishedPaths.logout, { method: 'POST', headers });
  expect([ended.status, ended.headers.getSetCookie()]).toEqual([204, []]);
  expect((await probe(torii, { headers })).body).toEqual(signedOut);
});

test('a page cannot trade its cookie for the secret of the session (statement 14)', async () => {
  const { cookie, accessToken } = await logIn(torii);
  const { login: loginPath, signUp: _signUp, impersonate: _impersonate, ...paths } = publishedPaths;
  for (const path of [...Object.values(paths), `${paths.organizations}/a/switch`, '/_torii/emulator/access-token']) {
    for (const method of ['GET', 'POST']) {
      for (const bearer of [undefined, accessToken]) {
        const sent = { method, cookie, headers: { origin: appOrigin }, ...(bearer && { bearer }) };
        const { headers } = await send(torii, `${path}?_is_native=1`, sent);
        expect([path, headers.get('x-torii-session-token')]).toEqual([path, null]);
      }
    }
  }
  const refused = await send(torii, `${loginPath}?_is_native=1`, { json: { ...login, password: 'wrong' }, cookie });
  expect([refused.status, refused.headers.get('x-torii-session-token')]).toEqual([401, null]);
});

test('the cookie does not count in a request of an app without cookies, whether or not its header is good', async () => {
  const cookie = await signInWithForm(torii);
  for (const [path, headers] of [
    [`${client}?_is_native=1`, {}],
    [`${client}?_is_native=0&_is_native=1`, {}],
    [client, { 'x-torii-session-token': 'a'.repeat(43) }],
    [client, { 'x-torii-session-token': '' }],
  ] as const) {
    expect((await probe(torii, { cookie, headers }, path)).body).toEqual(signedOut);
  }
});

test('the header of one environment gives nothing in another', async () => {
  const { headers } = await logInNatively(torii);
  expect((await probe(torii.environment('acme'), { headers })).body).toEqual(signedOut);
});

test('there is nothing below the paths that earlier versions had', async () => {
  for (const path of ['sign-in', 'sign-out', 'access-token', '']) {
    for (const method of ['GET', 'POST']) {
      expect((await send(torii, `/_torii/v1/${path}`, { method })).status).toBe(404);
    }
  }
});

test('refuses to establish a session from a ticket, and says that this is not emulated', async () => {
  const response = await send(torii, publishedPaths.establish, { json: { ticket: 'a', codeVerifier: 'b' } });
  expect([response.status, response.headers.getSetCookie()]).toEqual([501, []]);
  expect(await response.json()).toMatchObject({ properties: { code: 'not_emulated' } });
});

test('an app can sign up, and cannot give itself more than a password', async () => {
  const bea = { email: 'bea@example.com', password: 'correct horse', name: 'Bea', locale: 'da' };
  const response = await send(torii, publishedPaths.signUp, { json: bea });
  expect([response.status, response.headers.getSetCookie()]).toEqual([201, [expect.any(String), expect.any(String)]]);
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0];
  const { body } = await probe(torii, { cookie });
  expect(body).toMatchObject({ user: { email: bea.email, name: 'Bea', locale: 'da', emailVerified: false } });
  for (const more of [
    { emailVerified: true },
    { status: 'active' },
    { publicMetadata: { plan: 'pro' } },
    { privateMetadata: {} },
    { id: userId },
    { environmentId: 'x' },
    { role: 'admin' },
    { __proto__x: 1 },
  ]) {
    const refused = await send(torii, publishedPaths.signUp, { json: { ...bea, email: 'c@example.com', ...more } });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([400, []]);
  }
});

test.each([
  ['an email that is taken', { ...login, password: 'another horse' }, 409],
  ['an email that is taken, in capitals', { ...login, email: 'ADA@EXAMPLE.COM' }, 409],
  ['no password', { email: 'c@example.com' }, 400],
  ['a short password', { email: 'c@example.com', password: 'short' }, 400],
  ['a password that is null', { email: 'c@example.com', password: null }, 400],
  ['no email', { password: 'correct horse' }, 400],
  ['text that is not an email', { email: 'c', password: 'correct horse' }, 400],
  ['an array', [], 400],
])('refuses to sign up with %s', async (_name, json, status) => {
  const response = await send(torii, publishedPaths.signUp, { json });
  expect([response.status, response.headers.getSetCookie()]).toEqual([status, []]);
  expect(await response.text()).not.toContain('horse');
});

test('two sign-ups for one email at once give one user', async () => {
  const json = { email: 'c@example.com', password: 'correct horse' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(torii, publishedPaths.signUp, { json })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test('a second emulator does not know the session', async () => {
  const cookie = await signInWithForm(torii);
  await using other = await startEmulator();
  expect((await probe(other, { cookie })).body).toEqual(signedOut);
});
