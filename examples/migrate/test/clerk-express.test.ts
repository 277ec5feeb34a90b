import { startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../clerk-express/after.ts';
import { createAppVerifier, type Settings } from '../clerk-express/both.ts';
import { ask, bearer, reasonOf } from './asked.ts';
import { importOldApp } from './old-app.ts';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
beforeAll(() => void vi.stubEnv('CLERK_TELEMETRY_DISABLED', '1'));
afterAll(() => Promise.all([torii.stop(), old.stop()]));

const createOldApp = await importOldApp<Record<string, string>>('clerk-express');
const clerk = old.issuer.replace(/\/$/, '');
const publishableKey = `pk_test_${btoa(`${new URL(clerk).host}$`)}`;
const before = createOldApp({ publishableKey, secretKey: 'sk_test_unused', jwtKey: old.publicKey });
const appOf = (step: Settings['step']) => createApp(createAppVerifier({ step, torii: torii.issuer, clerk }));
const oldToken = (claims = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: clerk, sub: 'user_ada', azp: 'https://app.example.com', sid: 'sess_1', v: 2, nbf: now - 10 };
  return old.token({ ...own, o: { id: 'org_1', rol: 'editor', slg: 'acme' }, ...claims });
};

test('before: the old package accepts tokens of the old issuer', async () => {
  expect(await ask(before, '/me', bearer(await oldToken()))).toEqual({ status: 200, body: { userId: 'user_ada' } });
  const deletion = { method: 'DELETE', ...bearer(await oldToken()) };
  expect(await ask(before, '/reports/1', deletion)).toMatchObject({ status: 204 });
  expect(await ask(before, '/me')).toEqual({ status: 401, body: { error: 'Unauthorized' } });
  expect(await ask(before, '/me', bearer(await torii.token()))).toMatchObject({ status: 401 });
});

test.each([
  ['old', 200, 401],
  ['both', 200, 200],
  ['torii', 401, 200],
] as const)('%s: old tokens get %i, tokens of Torii %i', async (step, forOld, forTorii) => {
  const app = appOf(step);
  const organization = { id: 'acme', role: 'org:editor' };
  const tokens = [
    [await oldToken(), forOld],
    [await torii.token({ organization }), forTorii],
  ] as const;
  for (const [token, status] of tokens) {
    expect(await ask(app, '/me', bearer(token))).toMatchObject({ status });
    const deletion = { method: 'DELETE', ...bearer(token) };
    expect(await ask(app, '/reports/1', deletion)).toMatchObject({ status: status === 200 ? 204 : 401 });
  }
  expect(reasonOf(await ask(app, '/me'))).toBe('401 token_missing');
  expect(await ask(app, '/health')).toMatchObject({ status: 200 });
});

test.each([
  ['for another app', { azp: 'https://evil.example' }],
  ['without the app', { azp: undefined }],
  ['of an unfinished sign-in', { sts: 'pending' }],
])('both: refuses a token of Clerk %s', async (_name, claims) => {
  expect(reasonOf(await ask(appOf('both'), '/me', bearer(await oldToken(claims))))).toBe('403 not_allowed');
});

describe('what differs', () => {
  const guarded = appOf('old');

  test('an invalid token', async () => {
    expect(await ask(before, '/health', bearer('a.b.c'))).toMatchObject({ status: 200 });
    expect(await ask(before, '/me', bearer('a.b.c'))).toEqual({ status: 401, body: { error: 'Unauthorized' } });
    expect(reasonOf(await ask(guarded, '/me', bearer('a.b.c')))).toBe('401 token_malformed');
  });

  test('a token of another app', async () => {
    const token = await oldToken({ azp: 'https://evil.example' });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('403 not_allowed');
  });

  test('a cookie on an unsafe request of another site', async () => {
    const cookie = `__session=${await oldToken()}; __client_uat=1; __clerk_db_jwt=dvb_1`;
    const init = { method: 'DELETE', headers: { cookie, origin: 'https://evil.example' } };
    expect(await ask(before, '/reports/1', init)).toMatchObject({ status: 204 });
    expect(reasonOf(await ask(guarded, '/reports/1', init))).toBe('401 token_missing');
  });

  test('the token alone in the header', async () => {
    const headers = { authorization: await oldToken() };
    expect(await ask(before, '/me', { headers })).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, '/me', { headers }))).toMatch(/^401 (header_malformed|scheme_unsupported)$/);
  });

  test('a page load with an expired cookie', async () => {
    const expired = await oldToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    const cookie = `__session=${expired}; __client_uat=1; __clerk_db_jwt=dvb_1`;
    const headers = { cookie, accept: 'text/html', 'sec-fetch-dest': 'document' };
    const init: RequestInit = { headers, redirect: 'manual' };
    expect(await ask(before, '/me', init)).toMatchObject({ status: 307 });
    expect(reasonOf(await ask(guarded, '/me', init))).toBe('401 token_expired');
  });
});
