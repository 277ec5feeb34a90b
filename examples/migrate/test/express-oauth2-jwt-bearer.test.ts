import { startEmulator } from '@torii/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp } from '../express-oauth2-jwt-bearer/after.ts';
import { createAppVerifier, type Settings } from '../express-oauth2-jwt-bearer/both.ts';
import { ask, bearer, reasonOf } from './asked.ts';
import { importOldApp } from './old-app.ts';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));

const createOldApp = await importOldApp<{ issuerBaseURL: string }>('express-oauth2-jwt-bearer');
const aud = 'https://api.example.com';
const before = createOldApp({ issuerBaseURL: old.issuer });
const appOf = (step: Settings['step'], issuer = old.issuer) =>
  createApp(createAppVerifier({ step, torii: torii.issuer, issuer }));
const oldToken = (claims = {}) => old.token({ aud, scope: 'read:reports delete:reports', ...claims });

test('before: the old package accepts tokens of the old issuer', async () => {
  expect(await ask(before, '/me', bearer(await oldToken()))).toEqual({ status: 200, body: { userId: 'old|ada' } });
  const deletion = { method: 'DELETE', ...bearer(await oldToken()) };
  expect(await ask(before, '/reports/1', deletion)).toMatchObject({ status: 204 });
  expect(await ask(before, '/me')).toMatchObject({ status: 401 });
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

test('both: a scope in a token of Torii means nothing', async () => {
  const token = await torii.token({ claims: { scope: 'delete:reports' } });
  expect(reasonOf(await ask(appOf('both'), '/reports/1', { method: 'DELETE', ...bearer(token) }))).toBe(
    '403 not_allowed',
  );
});

describe('what differs', () => {
  const guarded = appOf('old');

  test('a token in the query', async () => {
    const path = `/me?access_token=${await oldToken()}`;
    expect(await ask(before, path)).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, path))).toBe('401 token_missing');
  });

  test('a header of another scheme', async () => {
    const headers = { authorization: 'Basic YTpi' };
    expect(await ask(before, '/me', { headers })).toMatchObject({ status: 400 });
    expect(reasonOf(await ask(guarded, '/me', { headers }))).toBe('401 scheme_unsupported');
  });

  test('a token without exp', async () => {
    const token = await oldToken({ exp: undefined });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('401 claim_missing');
  });

  test('a token that has been expired for ten seconds', async () => {
    const token = await oldToken({ exp: Math.floor(Date.now() / 1000) - 10 });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(await ask(guarded, '/me', bearer(token))).toMatchObject({ status: 200 });
  });

  test('a token without sub', async () => {
    const token = await oldToken({ sub: undefined });
    expect(await ask(before, '/me', bearer(token))).toEqual({ status: 200, body: {} });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('401 claim_missing');
  });

  test('keys that cannot be fetched', async () => {
    const issuer = `${old.issuer}none/`;
    const token = await old.token({ aud, iss: issuer });
    expect(await ask(createOldApp({ issuerBaseURL: issuer }), '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(reasonOf(await ask(appOf('old', issuer), '/me', bearer(token)))).toBe('503 keys_unavailable');
  });
});
