import { verify as verifyHash } from '@node-rs/argon2';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { callApi, signIn } from './rest.ts';

// Spies on the functions without replacing them.
vi.mock('@node-rs/argon2', { spy: true });

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
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresAt', 'expiresInSeconds', 'sessionId', 'userId']);
  expect(body.userId).toBe(user.id);
  const { payload } = await verify(body.accessToken);
  expect(payload).toMatchObject({ sub: user.id, pid: torii.environmentId, locale: 'da', email_verified: false });
  expect(Date.parse(body.expiresAt) / 1000).toBe(payload.exp);
});

test('refuses a wrong password, an unknown email and a user without a password with the same response', async () => {
  await torii.createUser({ email: 'bob@example.com', password });
  await torii.createUser({ email: 'social@example.com' });
  const details = new Set<string>();
  for (const email of ['bob@example.com', 'nobody@example.com', 'social@example.com']) {
    const { status, body } = await signIn(torii, { email, password: 'wrong horse' });
    expect([status, body.properties.code]).toEqual([401, 'invalid_credentials']);
    details.add(body.detail);
  }
  expect(details.size).toBe(1);
});

test('does the same work for an unknown email as for a wrong password, so that the time reveals nothing', async () => {
  await torii.createUser({ email: 'carol@example.com', password });
  await torii.createUser({ email: 'passkey@example.com' });
  for (const email of ['carol@example.com', 'passkey@example.com', 'nobody@example.com']) {
    vi.mocked(verifyHash).mockClear();
    await signIn(torii, { email, password: 'wrong horse' });
    // Counts the hash computations, because times vary on a busy machine.
    expect(vi.mocked(verifyHash).mock.calls).toEqual([
      [expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/), 'wrong horse'],
    ]);
  }
});

test('refuses a banned user until the ban is lifted, while the earlier token stays valid', async () => {
  const { id } = await torii.createUser({ email: 'dan@example.com', password });
  const before = await signIn<SignedIn>(torii, { email: 'dan@example.com', password });
  await callApi(torii, 'POST', `/users/${id}/ban`);
  const during = await signIn(torii, { email: 'dan@example.com', password });
  expect([during.status, during.body.properties.code]).toEqual([403, 'user_banned']);
  await verify(before.body.accessToken);
  await callApi(torii, 'POST', `/users/${id}/unban`);
  expect((await signIn(torii, { email: 'dan@example.com', password })).status).toBe(200);
});

test('reports a ban only if the password is right', async () => {
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
])('responds with 400 to %s', async (_name, input) => {
  const { status, body } = await signIn(torii, input);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toContain(password);
});
