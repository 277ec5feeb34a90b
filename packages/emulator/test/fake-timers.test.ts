import { afterEach, expect, test, vi } from 'vitest';
import type { User } from '../src/index.ts';
import { login, send, signInWithForm } from './browser.ts';
import { startReceiver } from './receiver.ts';
import { callApi, signIn } from './rest.ts';

// The timers of a user's tests, in the same process as the emulator: the clock stands unless the user moves it.

afterEach(() => void vi.useRealTimers());

type Faked = Parameters<typeof vi.useFakeTimers>[0];
const moments: readonly [string, Faked, 'before' | 'after'][] = [
  ['after the import', {}, 'after'],
  ['before the import', {}, 'before'],
  ['before the import, microtasks too', { toNotFake: ['nextTick'] }, 'before'],
  ['after the import, without the clocks', { toFake: ['setTimeout', 'setImmediate', 'setInterval'] }, 'after'],
  ['before the import, without the clocks', { toFake: ['setTimeout', 'setImmediate', 'setInterval'] }, 'before'],
];

test.each(moments)('the emulator works with timers that were faked %s', async (_name, faked, moment) => {
  await using receiver = await startReceiver();
  if (moment === 'before') {
    vi.resetModules();
    vi.useFakeTimers(faked);
  }
  const { startEmulator } = await import('../src/index.ts');
  if (moment === 'after') vi.useFakeTimers(faked);
  const torii = await startEmulator({ webhooks: [{ url: receiver.url }] });

  const created = await callApi<User>(torii, 'POST', '/users', login);
  expect(created.status).toBe(201);
  expect((await callApi(torii, 'POST', '/users', login)).status).toBe(409);
  expect((await callApi(torii, 'POST', '/users/search', {})).status).toBe(200);
  expect((await callApi(torii, 'DELETE', `/users/${created.body.id}`)).status).toBe(204);
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.created', 'user.deleted']);

  await torii.createUser({ ...login, email: 'grace@example.com' });
  expect((await signIn(torii, { ...login, email: 'grace@example.com' })).status).toBe(200);
  await torii.createUser(login);
  expect(await signInWithForm(torii)).not.toBe('');
  expect((await send(torii, '/_emulator/')).status).toBe(200);
  expect((await fetch(torii.jwksUrl)).status).toBe(200);
  expect(await torii.token()).not.toBe('');

  torii.delay('keys', 20, { times: 1 });
  expect((await fetch(torii.jwksUrl)).status).toBe(200);
  torii.cut('keys', { at: 'body', times: 1 });
  await expect(fetch(torii.jwksUrl).then((response) => response.text())).rejects.toMatchObject({ name: 'TypeError' });
  await torii.webhooksSettled();
  await torii.stop();
});
