import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, type FailOptions, type Surface, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { callApi, signIn, unknownId } from './rest.ts';

let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator();
});
afterEach(() => torii.stop());

/** The surfaces that receive requests. webhook-faults.test.ts tests the webhooks, which the emulator sends. */
type AnsweringSurface = Exclude<Surface, 'webhooks'>;

const statusOf: Record<AnsweringSurface, () => Promise<number>> = {
  keys: async () => (await fetch(torii.jwksUrl)).status,
  api: async () => (await callApi(torii, 'GET', `/users/${unknownId}`)).status,
  signIn: async () => (await signIn(torii, { email: 'a@b.c', password: 'wrong' })).status,
  session: async () => (await fetch(torii.issuer + provisionalPaths.accessToken, { method: 'POST' })).status,
};

test.each<[AnsweringSurface, number]>([
  ['keys', 200],
  ['api', 404],
  ['signIn', 401],
  ['session', 401],
])('%s fails without affecting other surfaces, and recovers', async (surface, healthy) => {
  torii.fail(surface);
  expect(await statusOf[surface]()).toBe(503);
  for (const other of ['keys', 'api', 'signIn', 'session'] as const) {
    if (other !== surface) expect(await statusOf[other]()).not.toBe(503);
  }
  torii.recover(surface);
  expect(await statusOf[surface]()).toBe(healthy);
});

test('fails with the given status and headers', async () => {
  torii.fail('api', { status: 429, headers: { 'retry-after': '7' } });
  const { status, headers, body } = await callApi(torii, 'GET', `/users/${unknownId}`);
  expect([status, headers.get('retry-after'), body.properties.code]).toEqual([429, '7', 'fault_injected']);
});

test('fails the given number of times, then recovers', async () => {
  torii.fail('keys', { times: 2 });
  expect([await statusOf.keys(), await statusOf.keys(), await statusOf.keys()]).toEqual([503, 503, 200]);
});

test('recovers everything at once', async () => {
  torii.fail('keys');
  torii.fail('api');
  torii.recover();
  expect([await statusOf.keys(), await statusOf.api()]).toEqual([200, 404]);
});

test('counts requests per surface, including failed ones', async () => {
  expect(torii.requests).toEqual({ keys: 0, api: 0, signIn: 0, session: 0, webhooks: 0 });
  torii.fail('keys', { times: 1 });
  await statusOf.keys();
  await statusOf.keys();
  await statusOf.api();
  expect(torii.requests).toEqual({ keys: 2, api: 1, signIn: 0, session: 0, webhooks: 0 });
});

test.each<[string, FailOptions]>([
  ['a status that is not an error', { status: 200 }],
  ['a status above 599', { status: 600 }],
  ['zero times', { times: 0 }],
  ['times that are not a number', { times: Number.NaN }],
])('refuses %s', (_name, options) => {
  expect(() => torii.fail('keys', options)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
});

test('refuses an unknown surface', () => {
  // @ts-expect-error: untyped JavaScript can pass any value
  expect(() => torii.fail('key')).toThrow(
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining('keys, api, signIn') }),
  );
});

test('delays a response', async () => {
  torii.delay('keys', 300);
  const start = performance.now();
  expect(await statusOf.keys()).toBe(200);
  // Node timers can fire a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(290);
});

test('affects all surfaces at once, and counts their requests together', async () => {
  torii.fail('all', { times: 2 });
  expect([await statusOf.keys(), await statusOf.api(), await statusOf.signIn()]).toEqual([503, 503, 401]);
});

test('a new fault replaces the earlier one', async () => {
  torii.fail('all');
  torii.fail('keys', { status: 500 });
  torii.recover('api');
  expect([await statusOf.keys(), await statusOf.api(), await statusOf.signIn()]).toEqual([500, 404, 503]);
});

test('closes the connection before the request is handled', async () => {
  torii.cut('api', { times: 1 });
  await expect(callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).rejects.toMatchObject({
    name: 'TypeError',
  });
  expect((await callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).status).toBe(201);
});

test('closes the connection after the request is handled, without a response', async () => {
  torii.cut('api', { at: 'answer', times: 1 });
  await expect(callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).rejects.toMatchObject({
    name: 'TypeError',
  });
  expect((await callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).status).toBe(409);
});

test('closes the connection after half of the body', async () => {
  torii.cut('keys', { at: 'body', times: 1 });
  const response = await fetch(torii.jwksUrl);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toMatchObject({ name: 'TypeError' });
  expect(await statusOf.keys()).toBe(200);
});

test.each<[string, () => void]>([
  ['a delay that is negative', () => torii.delay('keys', -1)],
  ['a delay longer than the longest timer', () => torii.delay('keys', 2 ** 31)],
  ['an unknown cut point', () => torii.cut('keys', { at: 'middle' as never })],
  ['a fraction of times', () => torii.cut('keys', { times: 1.5 })],
  ['a header that cannot be sent', () => torii.fail('keys', { headers: { 'retry-after': 'a\nb' } })],
  ['a header without a name', () => torii.fail('keys', { headers: { '': 'x' } })],
])('refuses %s, and injects nothing', async (_name, inject) => {
  expect(inject).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  expect(await statusOf.keys()).toBe(200);
});
