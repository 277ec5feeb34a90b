import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, type EmulatorEnvironment, type EmulatorOptions, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { appOrigin, cookieFrom, logIn, login, readToken, send } from './browser.ts';
import { callApi } from './rest.ts';

const acmeOrigin = 'http://acme.localhost:4000';
let torii: Emulator;
let acme: EmulatorEnvironment;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme', publishableKey: 'pk_test_acme' }] });
  acme = torii.environment('acme');
  for (const environment of torii.environments) await environment.createUser(login);
  await callApi(torii, 'PUT', '/allowed-origins', { origins: [appOrigin, 'capacitor://localhost'] });
  await callApi(acme, 'PUT', '/allowed-origins', { origins: [acmeOrigin] });
});
afterAll(() => torii.stop());

const withKey = (publishableKey: string) => ({ 'x-api-key': publishableKey });

async function environmentOf(torii: EmulatorEnvironment, headers = {}): Promise<unknown> {
  const response = await send(torii, publishedPaths.environment, { headers });
  return response.status === 200 ? ((await response.json()) as { id: string }).id : response.status;
}

test('every environment has its own key, which is stored', async () => {
  expect(torii.publishableKey).toMatch(/^pk_test_[\w-]{32}$/);
  expect(acme.publishableKey).toBe('pk_test_acme');
});

test('the key selects the environment at the origin', async () => {
  expect(await environmentOf(torii)).toBe(torii.environmentId);
  expect(await environmentOf(torii, withKey(torii.publishableKey))).toBe(torii.environmentId);
  expect(await environmentOf(torii, withKey(acme.publishableKey))).toBe(acme.environmentId);
  expect(await environmentOf(acme)).toBe(acme.environmentId);
  expect(await environmentOf(acme, withKey(acme.publishableKey))).toBe(acme.environmentId);
});

test('refuses the key of another environment than the path names', async () => {
  expect(await environmentOf(acme, withKey(torii.publishableKey))).toBe(401);
});

test.each(['', 'pk_test_', 'pk_test_unknown', 'PK_TEST_ACME', 'pk_test_acme,pk_test_acme', '__proto__', 'null'])(
  'refuses the key %j everywhere, and does not repeat it',
  async (key) => {
    for (const environment of torii.environments) {
      for (const [path, method] of [
        [publishedPaths.client, 'GET'],
        [publishedPaths.environment, 'GET'],
        [publishedPaths.login, 'POST'],
        [publishedPaths.logout, 'POST'],
        [publishedPaths.sessions, 'GET'],
        [provisionalPaths.accessToken, 'POST'],
      ] as const) {
        const response = await send(environment, path, { method, headers: withKey(key) });
        expect([path, response.status]).toEqual([path, 401]);
        const body = (await response.json()) as { properties: { code: string } };
        expect(body.properties.code).toBe('invalid_api_key');
        if (key.length > 8) expect(JSON.stringify(body)).not.toContain(key);
      }
    }
  },
);

test('the secret key is not a publishable key', async () => {
  for (const environment of torii.environments) {
    expect(await environmentOf(environment, withKey(environment.secretKey))).toBe(401);
  }
  const url = `${torii.apiUrl}/api/server/v1/users/search`;
  const response = await fetch(url, { method: 'POST', headers: withKey(acme.publishableKey) });
  expect(response.status).toBe(401);
});

test('a session that began at the origin belongs to the environment of the key', async () => {
  const headers = withKey(acme.publishableKey);
  const signedIn = await send(torii, publishedPaths.login, { json: login, headers });
  expect(signedIn.headers.getSetCookie()[0]).toContain('; Path=/_torii;');
  const cookie = cookieFrom(signedIn);
  expect(decodeJwt((await readToken(signedIn)).accessToken).iss).toBe(acme.issuer);
  const statusOf = async (environment: EmulatorEnvironment, headers: Record<string, string> = {}) =>
    (await send(environment, provisionalPaths.accessToken, { method: 'POST', cookie, headers })).status;
  expect(await statusOf(torii, headers)).toBe(200);
  expect(await statusOf(acme)).toBe(200);
  expect(await statusOf(torii)).toBe(401);
});

test('a session of one environment gives nothing with the key of another', async () => {
  const { cookie, accessToken: bearer } = await logIn(torii);
  const headers = withKey(acme.publishableKey);
  const probed = await send(torii, publishedPaths.client, { cookie, headers });
  expect(await probed.json()).toMatchObject({ authenticated: false });
  expect((await send(torii, publishedPaths.sessions, { bearer, headers })).status).toBe(401);
});

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-api-key,x-torii-session-token,authorization,content-type',
  },
});
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

test.each([appOrigin, 'capacitor://localhost'])('lets pages of %s send and read the headers', async (origin) => {
  const { status, headers } = await send(torii, publishedPaths.login, preflight(origin));
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(origin);
  expect(headers.get('access-control-allow-credentials')).toBe('true');
  const sent = headers.get('access-control-allow-headers')?.toLowerCase().split(',');
  expect(sent).toEqual(expect.arrayContaining(['x-api-key', 'x-torii-session-token', 'authorization', 'content-type']));
  const response = await send(torii, `${publishedPaths.login}?_is_native=1`, { json: login, headers: { origin } });
  expect([response.status, allowed(response)]).toEqual([200, origin]);
  expect(response.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('x-torii-session-token');
});

test('the origins are those of the environment that the key selects, although a preflight has no key', async () => {
  for (const origin of [appOrigin, acmeOrigin]) {
    expect(allowed(await send(torii, publishedPaths.login, preflight(origin)))).toBe(origin);
  }
  expect(allowed(await send(acme, publishedPaths.login, preflight(appOrigin)))).toBeNull();
  expect(allowed(await send(torii, publishedPaths.login, preflight('http://evil.example')))).toBeNull();

  const ask = (origin: string, key: string) =>
    send(torii, publishedPaths.login, { json: login, headers: { origin, ...withKey(key) } });
  for (const [origin, key, status] of [
    [acmeOrigin, acme.publishableKey, 200],
    [appOrigin, acme.publishableKey, 403],
    [acmeOrigin, torii.publishableKey, 403],
  ] as const) {
    const response = await ask(origin, key);
    expect([response.status, allowed(response)]).toEqual([status, status === 200 ? origin : null]);
  }
});

test('a page may no longer use the environment after its origin left the list', async () => {
  const origin = 'http://gone.localhost:4000';
  await callApi(torii, 'PUT', '/allowed-origins', { origins: [appOrigin, 'capacitor://localhost', origin] });
  expect((await send(torii, publishedPaths.login, { json: login, headers: { origin } })).status).toBe(200);
  await callApi(torii, 'PUT', '/allowed-origins', { origins: [appOrigin, 'capacitor://localhost'] });
  const response = await send(torii, publishedPaths.login, { json: login, headers: { origin } });
  expect([response.status, allowed(response)]).toEqual([403, null]);
});

// Security statement 14. The paths of state changes, with and without cookies.
const { client, environment, organizations, sessions, ...posts } = publishedPaths;
const changes = [
  ...[...Object.values(posts), ...Object.values(provisionalPaths), `${organizations}/a/switch`].map((path) => [
    'POST',
    path,
  ]),
  ['DELETE', `${sessions}/a`],
] as [string, string][];

test.each(changes.filter(([, path]) => !/\.(?:js|css)$/.test(path)))(
  'refuses %s %s from pages of other sites',
  async (method, path) => {
    const { cookie, accessToken: bearer } = await logIn(torii);
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: `${appOrigin}.evil.example` },
      { origin: 'capacitor://localhost.evil' },
      { origin: 'capacitor:localhost' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      for (const query of ['', '?_is_native=1']) {
        for (const credential of [{ cookie }, { bearer }, { headers: { 'x-torii-session-token': 'a', ...headers } }]) {
          const response = await send(torii, path + query, { method, headers, ...credential });
          expect([headers, response.status]).toEqual([headers, 403]);
          expect([response.headers.getSetCookie(), allowed(response)]).toEqual([[], null]);
        }
      }
    }
    expect((await send(torii, sessions, { cookie })).status).toBe(200);
  },
);

test.each<[string, EmulatorOptions]>([
  ['a secret key', { publishableKey: 'sk_test_1234' }],
  ['a live key', { publishableKey: 'pk_live_1234' }],
  ['an empty key', { publishableKey: '' }],
  ['a short key', { publishableKey: 'pk_test_1' }],
  ['a key with a space', { publishableKey: 'pk_test_12 34' }],
  ['a key that is null', { publishableKey: null as never }],
  ['a wrong key of another environment', { environments: [{ name: 'acme', publishableKey: 'acme' }] }],
  [
    'one key for two environments',
    { publishableKey: 'pk_test_0123', environments: [{ name: 'acme', publishableKey: 'pk_test_0123' }] },
  ],
])('refuses %s', async (_name, options) => {
  await expect(startEmulator(options)).rejects.toMatchObject({ code: 'option_invalid' });
});
