import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp, type Settings } from '../torii-backend-sdk/after.ts';
import { ask, bearer } from './asked.ts';
import { importOldApp } from './old-app.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());

const createOldApp = await importOldApp<Settings>('torii-backend-sdk');
const { issuer, secretKey, apiUrl } = torii;
const settings = { issuer, secretKey, apiUrl };
const apps = { before: createOldApp(settings), after: createApp(settings) };
const { before, after } = apps;

describe.each(['before', 'after'] as const)('%s', (side) => {
  test('verifies requests and tokens', async () => {
    const app = apps[side];
    const token = await torii.token({ userId: 'ada' });
    expect(await ask(app, '/me', bearer(token))).toEqual({ status: 200, body: { userId: 'ada' } });
    const headers = { ...bearer(token).headers, 'x-user-token': await torii.token({ userId: 'bob' }) };
    expect(await ask(app, '/check', { headers })).toEqual({ status: 200, body: { userId: 'bob' } });
    expect(await ask(app, '/me')).toMatchObject({ status: 401, body: { error: { code: 'authentication_failed' } } });
    expect(await ask(app, '/health')).toMatchObject({ status: 200 });
  });

  test('calls the REST API', async () => {
    const user = await torii.createUser({ email: `${side}@example.com`, lastName: 'Lovelace' });
    const signedIn = bearer(await torii.token());
    const answer = await ask(apps[side], `/users/${user.id}`, signedIn);
    expect(answer).toEqual({ status: 200, body: { email: `${side}@example.com` } });
    expect(await createToriiClient({ secretKey, apiUrl }).users.get(user.id)).toMatchObject({
      firstName: 'Ada',
      lastName: null,
    });
    expect(await ask(apps[side], '/users/01931a73-8b00-7000-8000-000000000000', signedIn)).toMatchObject({
      status: 404,
    });
  });
});

describe('what differs', () => {
  test('a token with aud', async () => {
    const token = await torii.token({ claims: { aud: 'https://chat.example' } });
    expect(await ask(before, '/me', bearer(token))).toMatchObject({ status: 200 });
    expect(await ask(after, '/me', bearer(token))).toMatchObject({
      status: 401,
      body: { error: { code: 'authentication_failed', reason: 'audience_refused' } },
    });
  });

  test('an invalid token in a handler', async () => {
    const headers = { ...bearer(await torii.token()).headers, 'x-user-token': 'a.b.c' };
    expect(await ask(before, '/check', { headers })).toMatchObject({ status: 500 });
    expect(await ask(after, '/check', { headers })).toMatchObject({ status: 401 });
  });

  test('keys that cannot be fetched', async () => {
    await using stopped = await startEmulator();
    const token = await stopped.token();
    const without = { ...settings, issuer: stopped.issuer };
    await stopped.stop();
    expect(await ask(createOldApp(without), '/me', bearer(token))).toMatchObject({ status: 401 });
    expect(await ask(createApp(without), '/me', bearer(token))).toMatchObject({ status: 503 });
  });

  test('a preflight', async () => {
    for (const app of [before, after])
      expect(await ask(app, '/me', { method: 'OPTIONS' })).toMatchObject({ status: 401 });
  });
});
