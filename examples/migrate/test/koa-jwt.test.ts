import { startEmulator } from '@torii/emulator';
import type Koa from 'koa';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp } from '../koa-jwt/after.ts';
import { createApp as createOldApp } from '../koa-jwt/before.ts';
import { createAppVerifier, type Settings } from '../koa-jwt/both.ts';
import { ask, bearer, reasonOf } from './asked.ts';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));

const aud = 'https://api.example.com';
const before = handlerOf(createOldApp({ issuer: old.issuer, jwksUri: old.jwks }));
const appOf = (step: Settings['step'], jwksUri = old.jwks) =>
  handlerOf(createApp(createAppVerifier({ step, torii: torii.issuer, issuer: old.issuer, jwksUri })));
const oldToken = (claims = {}) => old.token({ aud, role: 'editor', ...claims });

function handlerOf(app: Koa) {
  app.silent = true;
  return app.callback();
}

test('before: the old package accepts tokens of the old issuer', async () => {
  expect(await ask(before, '/me', bearer(await oldToken()))).toEqual({ status: 200, body: { userId: 'old|ada' } });
  const deletion = { method: 'DELETE', ...bearer(await oldToken()) };
  expect(await ask(before, '/reports/1', deletion)).toMatchObject({ status: 204 });
  expect(await ask(before, '/me')).toEqual({ status: 401, body: 'Authentication Error' });
  expect(await ask(before, '/me', bearer(await torii.token()))).toMatchObject({ status: 401 });
  expect(await ask(before, '/health')).toMatchObject({ status: 200 });
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

test('a token in a cookie', async () => {
  const headers = { cookie: `access_token=${await oldToken()}` };
  for (const app of [before, appOf('old'), appOf('both')]) {
    expect(await ask(app, '/me', { headers })).toEqual({ status: 200, body: { userId: 'old|ada' } });
  }
});

describe('what differs', () => {
  const guarded = appOf('old');

  test('a cookie beside a header', async () => {
    const headers = { cookie: `access_token=${await oldToken()}`, authorization: 'Bearer a.b.c' };
    expect(await ask(before, '/me', { headers })).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, '/me', { headers }))).toBe('401 token_malformed');
  });

  test('a cookie on an unsafe request of another site', async () => {
    const headers = { cookie: `access_token=${await oldToken()}`, origin: 'https://evil.example' };
    expect(await ask(before, '/reports/1', { method: 'DELETE', headers })).toMatchObject({ status: 204 });
    expect(reasonOf(await ask(guarded, '/reports/1', { method: 'DELETE', headers }))).toBe('401 token_missing');
  });

  test('a token without exp', async () => {
    const token = await oldToken({ exp: undefined });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('401 claim_missing');
  });

  test('a token that has been expired for ten seconds', async () => {
    const token = await oldToken({ exp: Math.floor(Date.now() / 1000) - 10 });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(await ask(guarded, '/me', bearer(token))).toMatchObject({ status: 200 });
  });

  test('keys that cannot be fetched', async () => {
    const none = `${old.issuer}none`;
    const without = handlerOf(createOldApp({ issuer: old.issuer, jwksUri: none }));
    expect(await ask(without, '/me', bearer(await oldToken()))).toMatchObject({ status: 401 });
    expect(reasonOf(await ask(appOf('old', none), '/me', bearer(await oldToken())))).toBe('503 keys_unavailable');
  });
});
