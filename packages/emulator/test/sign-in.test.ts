import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { callApi, signIn } from './rest.ts';

interface SignedIn {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly sessionId: string;
  readonly userId: string;
}

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

function verify(token: string) {
  return jwtVerify(token, createRemoteJWKSet(new URL(torii.jwksUrl)), { issuer: torii.issuer });
}

const password = 'correct horse';

test('gives a user with the right password an access token', async () => {
  const user = await torii.createUser({ email: 'ada@example.com', password, locale: 'da', emailVerified: false });
  const { status, headers, body } = await signIn<SignedIn>(torii, { email: 'ADA@example.com', password });
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresAt', 'sessionId', 'userId']);
  expect(body.userId).toBe(user.id);
  const { payload } = await verify(body.accessToken);
  expect(payload).toMatchObject({ sub: user.id, pid: torii.environmentId, locale: 'da', email_verified: false });
  expect(Date.parse(body.expiresAt) / 1000).toBe(payload.exp);
});

test('refuses a wrong password, an unknown email and a user without a password with one answer', async () => {
  await torii.createUser({ email: 'bob@example.com', password });
  await torii.createUser({ email: 'social@example.com' });
  for (const email of ['bob@example.com', 'nobody@example.com', 'social@example.com']) {
    const { status, body } = await signIn(torii, { email, password: 'wrong horse' });
    expect([status, body.properties.code, body.detail]).toEqual([
      401,
      'invalid_credentials',
      'The email or the password is wrong.',
    ]);
  }
});

test('takes as long to refuse an unknown email as a wrong password', async () => {
  await torii.createUser({ email: 'carol@example.com', password });
  const median = async (email: string) => {
    const times: number[] = [];
    for (let round = 0; round < 9; round++) {
      const start = performance.now();
      await signIn(torii, { email, password: 'wrong horse' });
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[4] ?? 0;
  };
  const [known, unknown] = [await median('carol@example.com'), await median('nobody@example.com')];
  // Without the hash an answer takes a tenth of the time; a busy machine alone does not make such a difference.
  expect(unknown / known).toBeGreaterThan(0.4);
});

test('refuses a banned user, whose earlier token stays good until it ends, and lets them in after the ban', async () => {
  const { id } = await torii.createUser({ email: 'dan@example.com', password });
  const before = await signIn<SignedIn>(torii, { email: 'dan@example.com', password });
  await callApi(torii, 'POST', `/users/${id}/ban`);
  const during = await signIn(torii, { email: 'dan@example.com', password });
  expect([during.status, during.body.properties.code]).toEqual([403, 'user_banned']);
  await verify(before.body.accessToken);
  await callApi(torii, 'POST', `/users/${id}/unban`);
  expect((await signIn(torii, { email: 'dan@example.com', password })).status).toBe(200);
});

test('tells of a ban only to someone who knows the password', async () => {
  const { id } = await torii.createUser({ email: 'eve@example.com', password });
  await callApi(torii, 'POST', `/users/${id}/ban`);
  expect((await signIn(torii, { email: 'eve@example.com', password: 'wrong horse' })).status).toBe(401);
});

test.each([
  ['no password', { email: 'ada@example.com' }],
  ['no email', { password }],
  ['a password that is a number', { email: 'ada@example.com', password: 12345678 }],
  ['an email that is an object', { email: {}, password }],
  ['null', 'null'],
  ['broken JSON', `{"password":"${password}"`],
])('answers 400 to %s', async (_name, input) => {
  const { status, body } = await signIn(torii, input);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toContain(password);
});
