import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { parseReturnTarget } from '../src/pages/return-target.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { appOrigin, login, send, signInWithForm, startWithUser } from './browser.ts';
import { callApi } from './rest.ts';

const { signIn, signOut } = provisionalPaths;
const returnTo = (target: string) => `${signIn}?return_to=${encodeURIComponent(target)}`;
let torii: Emulator;
let userId: string;
beforeAll(async () => {
  ({ torii, userId } = await startWithUser());
});
afterAll(() => torii.stop());

test('the page has no script, loads nothing from other origins, and cannot be cached or framed', async () => {
  const response = await send(torii, signIn);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await response.text();
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  expect(response.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; img-src data:; form-action 'self' ${appOrigin}; base-uri 'none'; frame-ancestors 'none'`,
  );
  expect(page).not.toMatch(/<script|<link rel="style|style=|\son\w+=/);
  expect(page).toContain('autocomplete="current-password"');
});

test('the right password sets an HttpOnly cookie without a token, and redirects back', async () => {
  const response = await send(torii, returnTo(`${appOrigin}/notes?page=2#top`), { form: login });
  expect([response.status, response.headers.get('location')]).toEqual([303, `${appOrigin}/notes?page=2#top`]);
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__client_session=[\w-]{43}; Max-Age=604800; Path=\/_torii; HttpOnly; SameSite=Lax$/),
    '__client_session_hint=1; Max-Age=604800; Path=/; SameSite=Lax',
  ]);
});

test('an https issuer sets its cookies with the published attributes', async () => {
  await using secure = await startEmulator({ publicOrigin: 'https://torii.test', environments: [{ name: 'acme' }] });
  for (const environment of secure.environments) {
    await environment.createUser(login);
    const base = new URL(environment.issuer).pathname.replace(/\/$/, '');
    const response = await fetch(secure.localOrigin + base + publishedPaths.login, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(login),
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        RegExp(
          `^__client_session=[\\w-]{43}; Max-Age=604800; Path=${base}/_torii; HttpOnly; Secure; SameSite=None; Partitioned$`,
        ),
      ),
      `__client_session_hint=1; Max-Age=604800; Path=${base || '/'}; Secure; SameSite=None; Partitioned`,
    ]);
  }
});

test('the page reports a wrong password, and keeps the email', async () => {
  const response = await send(torii, signIn, { form: { ...login, password: '"><script>' } });
  expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
  const page = await response.text();
  expect(page).toContain('role="alert"');
  expect(page).toContain('value="ada@example.com"');
  expect(page).not.toContain('<script>');
});

test('escapes the submitted email', async () => {
  const response = await send(torii, signIn, { form: { email: '"><script>alert(1)</script>', password: 'x' } });
  const page = await response.text();
  expect(page).not.toContain('<script');
  expect(page).toContain('&quot;&gt;&lt;script&gt;');
});

test('the page reports that a user is banned', async () => {
  await callApi(torii, 'POST', `/users/${userId}/ban`);
  const response = await send(torii, signIn, { form: login });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('role="alert"');
  await callApi(torii, 'POST', `/users/${userId}/unban`);
});

test('redirects a signed-in user back at once, or shows that they are signed in', async () => {
  const cookie = await signInWithForm(torii);
  const back = await send(torii, returnTo('/somewhere'), { cookie });
  expect([back.status, back.headers.get('location')]).toEqual([303, '/somewhere']);
  const page = await (await send(torii, signIn, { cookie })).text();
  expect(page).toContain('action="?sign_out"');
  expect(page).toContain('ada@example.com');
});

test('the sign-out button ends the session and clears the cookie', async () => {
  const cookie = await signInWithForm(torii);
  const response = await send(torii, signOut, { cookie, form: {} });
  expect([response.status, response.headers.get('location')]).toEqual([303, '../../_torii/emulator/sign-in']);
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__client_session=; Max-Age=0; Path=\/_torii;/),
    expect.stringMatching(/^__client_session_hint=; Max-Age=0; Path=\/;/),
  ]);
  expect(await (await send(torii, signIn, { cookie })).text()).not.toContain('sign_out"');
});

test('the links of the pages are right with and without a trailing slash, as a proxy may add it', async () => {
  const signOutForm = await send(torii, `${signIn}?sign_out`, { form: {} });
  expect([signOutForm.status, signOutForm.headers.get('location')]).toEqual([307, '../../_torii/emulator/sign-out']);
  const signInLink = await send(torii, `${provisionalPaths.acceptInvitation}?sign_in`);
  expect([signInLink.status, signInLink.headers.get('location')]).toEqual([303, '../_torii/emulator/sign-in']);
  const page = await (await send(torii, signIn, { cookie: await signInWithForm(torii) })).text();
  const links = [...page.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link ?? '');
  expect(links.filter((link) => !/^(?:data:|\?)/.test(link))).toEqual([]);
});

// Security statement 20.
test.each([
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '\t//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'http://evil.example/',
  `${appOrigin}.evil.example/`,
  `${appOrigin}@evil.example/`,
  `http://user@127.0.0.1:4000/`,
  'http://127.0.0.1:4001/',
  'https://127.0.0.1:4000/',
  `blob:${appOrigin}/x`,
  'notes',
])('never sends the browser to %j', async (target) => {
  const cookie = await signInWithForm(torii);
  for (const answer of [
    await send(torii, returnTo(target)),
    await send(torii, returnTo(target), { cookie }),
    await send(torii, returnTo(target), { form: login }),
    await send(torii, `${signOut}?return_to=${encodeURIComponent(target)}`, { form: {} }),
  ]) {
    expect([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([400, null, []]);
  }
});

test.each([
  ['/notes?page=2#top', '/notes?page=2#top'],
  ['/a/../b', '/b'],
  [`${appOrigin}/notes`, `${appOrigin}/notes`],
  [appOrigin, `${appOrigin}/`],
  ['', undefined],
  [undefined, undefined],
])('sends the browser to %j', (value, target) => {
  expect(parseReturnTarget(value, [appOrigin])).toBe(target);
});

// Security statement 14.
test.each([
  ['a foreign origin', { origin: 'http://evil.example' }],
  ['another port', { origin: 'http://127.0.0.1:1' }],
  ['an opaque origin', { origin: 'null' }],
  ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['another port, without Origin', { 'sec-fetch-site': 'same-site' }],
])('refuses a form from %s', async (_name, headers) => {
  for (const path of [signIn, signOut]) {
    const response = await send(torii, path, { form: login, headers });
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await response.text()).toContain('role="alert"');
  }
});

test.each([
  ['its own origin', () => ({ origin: torii.issuer })],
  ['an allowed origin', () => ({ origin: appOrigin })],
  ['its own origin, without Origin', () => ({ 'sec-fetch-site': 'same-origin' })],
])('accepts a form from %s', async (_name, headers) => {
  expect((await send(torii, signIn, { form: login, headers: headers() })).status).toBe(303);
});

test('shows an injected fault as a page', async () => {
  torii.fail('signIn', { times: 1 });
  const response = await send(torii, signIn, { form: login });
  expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/html; charset=UTF-8']);
});

test('refuses a form of 1 MB', async () => {
  const response = await send(torii, signIn, { form: { ...login, password: 'x'.repeat(1_000_000) } });
  expect(response.status).toBe(413);
});

test('each environment has its own sign-in page, cookie and users', async () => {
  await using two = await startEmulator({ environments: [{ name: 'acme' }] });
  const acme = two.environment('acme');
  await acme.createUser(login);
  const response = await fetch(acme.signInUrl, {
    method: 'POST',
    body: new URLSearchParams(login),
    redirect: 'manual',
  });
  expect(response.status).toBe(303);
  expect(new URL(response.headers.get('location') ?? '', acme.signInUrl).href).toBe(acme.signInUrl);
  expect(response.headers.get('set-cookie')).toContain('; Path=/env/acme/_torii; ');
  expect((await fetch(two.signInUrl, { method: 'POST', body: new URLSearchParams(login) })).status).toBe(401);
});
