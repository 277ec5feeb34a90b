import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Emulator,
  type EmulatorEnvironment,
  type EmulatorOptions,
  startEmulator,
  type User,
} from '../src/index.ts';
import { callApi, type ProblemBody, signIn } from './rest.ts';

let torii: Emulator;
let acme: EmulatorEnvironment;
let globex: EmulatorEnvironment;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }, { name: 'globex', secretKey: 'sk_test_globex' }] });
  acme = torii.environment('acme');
  globex = torii.environment('globex');
});
afterAll(() => torii.stop());

function verify(token: string, { jwksUrl, issuer }: EmulatorEnvironment) {
  return jwtVerify(token, createRemoteJWKSet(new URL(jwksUrl)), { issuer });
}

test('each environment has its own issuer, keys, id and secret, and shares the URL of the REST API', () => {
  expect(torii.environments.map(({ name }) => name)).toEqual(['default', 'acme', 'globex']);
  expect(acme.issuer).toBe(`${torii.issuer}/env/acme`);
  expect(globex.secretKey).toBe('sk_test_globex');
  for (const property of ['issuer', 'jwksUrl', 'secretKey', 'environmentId', 'signInUrl'] as const) {
    expect(new Set(torii.environments.map((each) => each[property])).size).toBe(3);
  }
  expect(new Set(torii.environments.flatMap(({ keyIds }) => keyIds)).size).toBe(3);
  expect(new Set(torii.environments.map(({ apiUrl }) => apiUrl))).toEqual(new Set([torii.issuer]));
});

test('signs tokens that only the keys of the same issuer verify', async () => {
  const token = await acme.token();
  const { payload } = await verify(token, acme);
  expect(payload).toMatchObject({ iss: acme.issuer, pid: acme.environmentId });
  await expect(verify(token, globex)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  await expect(verify(token, torii)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('serves the discovery document of each issuer below its path', async () => {
  const response = await fetch(`${acme.issuer}/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({ issuer: acme.issuer, jwks_uri: acme.jwksUrl });
});

test('the secret key selects the environment of an API request', async () => {
  const created = await callApi<User>(acme, 'POST', '/users', { email: 'ada@example.com' });
  expect(created.body.environmentId).toBe(acme.environmentId);
  // The same email in another environment is another user.
  const other = await callApi<User>(globex, 'POST', '/users', { email: 'ada@example.com' });
  expect([other.status, other.body.environmentId]).toEqual([201, globex.environmentId]);
});

test('the REST API below an issuer path accepts only the secret key of that environment', async () => {
  const url = `${acme.issuer}/api/server/v1/users/search`;
  const statusWith = async (key: string) =>
    (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${key}` } })).status;
  expect(await statusWith(acme.secretKey)).toBe(200);
  expect(await statusWith(globex.secretKey)).toBe(401);
});

test('signs a user in only in their own environment', async () => {
  await acme.createUser({ email: 'grace@example.com', password: 'correct horse' });
  const credentials = { email: 'grace@example.com', password: 'correct horse' };
  const { status, body } = await signIn<{ accessToken: string }>(acme, credentials);
  expect([status, decodeJwt(body.accessToken).iss]).toEqual([200, acme.issuer]);
  expect((await signIn(globex, credentials)).status).toBe(401);
});

test('environments have separate faults and request counts, but share the clock', async () => {
  const before = globex.requests.keys;
  acme.fail('all', { status: 500 });
  expect((await fetch(acme.jwksUrl)).status).toBe(500);
  expect((await callApi(acme, 'GET', '/users/x')).status).toBe(500);
  expect((await fetch(globex.jwksUrl)).status).toBe(200);
  expect((await callApi(globex, 'GET', '/users/x')).status).not.toBe(500);
  acme.recover();
  expect(globex.requests.keys).toBe(before + 1);

  const { iat = 0 } = decodeJwt(await acme.token());
  torii.advance(1000);
  expect(decodeJwt(await globex.token()).iat).toBeGreaterThanOrEqual(iat + 1000);
});

test.each(['/env/nobody', '/env/nobody/_torii/.well-known/jwks.json', '/env/', '/env/default', '/env/__proto__/x'])(
  'responds with 404 to %s',
  async (path) => {
    const response = await fetch(torii.issuer + path);
    expect(response.status).toBe(404);
    expect(((await response.json()) as ProblemBody).properties.code).toBe('not_found');
  },
);

test('refuses an unknown environment and lists the existing ones', () => {
  expect(() => torii.environment('nobody')).toThrow(
    expect.objectContaining({ code: 'environment_unknown', message: expect.stringContaining('default, acme, globex') }),
  );
});

test('keeps its environments in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-environments-'));
  const database = join(folder, 'torii.db');
  const first = await startEmulator({ database, environments: [{ name: 'acme' }] });
  const { environmentId, secretKey, keyIds } = first.environment('acme');
  await first.stop();
  {
    await using second = await startEmulator({ database });
    expect(second.environment('acme')).toMatchObject({ environmentId, secretKey, keyIds });
  }
  {
    await using third = await startEmulator({
      database,
      environments: [{ name: 'acme', secretKey: 'sk_test_renewed' }],
    });
    expect(third.environment('acme')).toMatchObject({ environmentId, secretKey: 'sk_test_renewed' });
  }
  rmSync(folder, { recursive: true });
});

test.each<[string, EmulatorOptions]>([
  ['a name with a slash', { environments: [{ name: 'a/b' }] }],
  ['a name in capitals', { environments: [{ name: 'Acme' }] }],
  ['an empty name', { environments: [{ name: '' }] }],
  ['the default name', { environments: [{ name: 'default' }] }],
  ['a name twice', { environments: [{ name: 'acme' }, { name: 'acme' }] }],
  ['a live secret key', { environments: [{ name: 'acme', secretKey: 'sk_live_1' }] }],
  [
    'one secret key for two environments',
    { secretKey: 'sk_test_0123', environments: [{ name: 'acme', secretKey: 'sk_test_0123' }] },
  ],
])('refuses %s', async (_name, options) => {
  await expect(startEmulator(options)).rejects.toMatchObject({ code: 'option_invalid' });
});
