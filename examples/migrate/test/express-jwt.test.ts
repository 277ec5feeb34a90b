import { anyVerifier, createVerifier } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';
import { startEmulator } from '@torii/emulator';
import { SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp } from '../express-jwt/after.ts';
import { createAppVerifier, type Settings } from '../express-jwt/both.ts';
import { ask, bearer, reasonOf } from './asked.ts';
import { importOldApp } from './old-app.ts';
import { startOldIssuer } from './old-issuer.ts';

const torii = await startEmulator();
const old = await startOldIssuer();
afterAll(() => Promise.all([torii.stop(), old.stop()]));

const createOldApp = await importOldApp<{ issuer: string; jwksUri: string }>('express-jwt');
const aud = 'https://api.example.com';
const before = createOldApp({ issuer: old.issuer, jwksUri: old.jwks });
const appOf = (step: Settings['step']) =>
  createApp(createAppVerifier({ step, torii: torii.issuer, issuer: old.issuer, jwksUri: old.jwks }));
const oldToken = (claims = {}) => old.token({ aud, role: 'editor', ...claims });

test('before: the old package accepts tokens of the old issuer', async () => {
  expect(await ask(before, '/me', bearer(await oldToken()))).toEqual({ status: 200, body: { userId: 'old|ada' } });
  const deletion = { method: 'DELETE', ...bearer(await oldToken()) };
  expect(await ask(before, '/reports/1', deletion)).toMatchObject({ status: 204 });
  expect(await ask(before, '/me')).toEqual({ status: 401, body: { error: 'credentials_required' } });
  expect(await ask(before, '/me', bearer(await torii.token()))).toMatchObject({ status: 401 });
  expect(await ask(before, '/health')).toMatchObject({ status: 200 });
});

describe('each step', () => {
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

  test('the other issuer is refused by its algorithm', async () => {
    expect(reasonOf(await ask(appOf('old'), '/me', bearer(await torii.token())))).toBe('401 algorithm_refused');
    expect(reasonOf(await ask(appOf('torii'), '/me', bearer(await oldToken())))).toBe('401 algorithm_refused');
  });

  test('both: the role of one issuer means nothing in a token of the other', async () => {
    const app = appOf('both');
    const asOther = { method: 'DELETE', ...bearer(await torii.token({ claims: { role: 'editor' } })) };
    expect(reasonOf(await ask(app, '/reports/1', asOther))).toBe('403 not_allowed');
    const member = await oldToken({ role: 'reader', org_id: 'acme', org_role: 'org:editor' });
    expect(reasonOf(await ask(app, '/reports/1', { method: 'DELETE', ...bearer(member) }))).toBe('403 not_allowed');
  });
});

test('both: a shared secret', async () => {
  const secret = 'a secret that is as long as the hash';
  const issuer = 'https://login.example.com';
  const own = createJwtVerifier({ issuer, secret, algorithms: ['HS256'] });
  const app = createApp(anyVerifier([createVerifier({ issuer: torii.issuer }), own]));
  const token = await new SignJWT({ sub: 'ada', iss: issuer })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(secret));
  for (const each of [token, await torii.token()]) {
    expect(await ask(app, '/me', bearer(each))).toMatchObject({ status: 200 });
  }
  expect(() => createJwtVerifier({ issuer, secret: 'short', algorithms: ['HS256'] })).toThrow(
    'has fewer than 32 bytes',
  );
});

describe('what differs', () => {
  const guarded = appOf('old');

  test('a token without exp', async () => {
    const token = await oldToken({ exp: undefined });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('401 claim_missing');
  });

  test('a token without sub', async () => {
    const token = await oldToken({ sub: undefined });
    expect(await ask(before, '/me', bearer(token))).toEqual({ status: 200, body: {} });
    expect(reasonOf(await ask(guarded, '/me', bearer(token)))).toBe('401 claim_missing');
  });

  test('a token that has been expired for ten seconds', async () => {
    const token = await oldToken({ exp: Math.floor(Date.now() / 1000) - 10 });
    expect(await ask(before, '/me', bearer(token))).toEqual({ status: 401, body: { error: 'invalid_token' } });
    expect(await ask(guarded, '/me', bearer(token))).toMatchObject({ status: 200 });
  });

  test('keys that cannot be fetched', async () => {
    const settings = { step: 'old', torii: torii.issuer, issuer: old.issuer, jwksUri: `${old.issuer}none` } as const;
    expect(await ask(createOldApp(settings), '/me', bearer(await oldToken()))).toMatchObject({ status: 500 });
    const app = createApp(createAppVerifier(settings));
    expect(reasonOf(await ask(app, '/me', bearer(await oldToken())))).toBe('503 keys_unavailable');
  });

  test('a preflight that announces Authorization', async () => {
    const preflight = { method: 'OPTIONS', headers: { 'access-control-request-headers': 'authorization' } };
    expect(await ask(before, '/me', preflight)).toMatchObject({ status: 200 });
    expect(reasonOf(await ask(guarded, '/me', preflight))).toBe('401 token_missing');
  });
});
