import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, type FailOptions, type Surface, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { callApi, signIn, unknownId } from './rest.ts';

let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator();
});
afterEach(() => torii.stop());

/** How webhooks meet faults, which go the other way, is in webhook-faults.test.ts. */
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
])('%s fails alone, and recovers', async (surface, healthy) => {
  torii.fail(surface);
  expect(await statusOf[surface]()).toBe(503);
  for (const other of ['keys', 'api', 'signIn', 'session'] as const) {
    if (other !== surface) expect(await statusOf[other]()).not.toBe(503);
  }
  torii.recover(surface);
  expect(await statusOf[surface]()).toBe(healthy);
});

test('fails with the status and headers that the test asks for', async () => {
  torii.fail('api', { status: 429, headers: { 'retry-after': '7' } });
  const { status, headers, body } = await callApi(torii, 'GET', `/users/${unknownId}`);
  expect([status, headers.get('retry-after'), body.properties.code]).toEqual([429, '7', 'fault_injected']);
});

test('fails as many times as asked, and is well again', async () => {
  torii.fail('keys', { times: 2 });
  expect([await statusOf.keys(), await statusOf.keys(), await statusOf.keys()]).toEqual([503, 503, 200]);
});

test('recovers everything at once', async () => {
  torii.fail('keys');
  torii.fail('api');
  torii.recover();
  expect([await statusOf.keys(), await statusOf.api()]).toEqual([200, 404]);
});

test('counts requests by surface, those that failed too', async () => {
  expect(torii.requests).toEqual({ keys: 0, api: 0, signIn: 0, session: 0, webhooks: 0 });
  torii.fail('keys', { times: 1 });
  await statusOf.keys();
  await statusOf.keys();
  await statusOf.api();
  expect(torii.requests).toEqual({ keys: 2, api: 1, signIn: 0, session: 0, webhooks: 0 });
});

test.each<[string, FailOptions]>([
  ['a status that is no error', { status: 200 }],
  ['a status that is none', { status: 600 }],
  ['no times', { times: 0 }],
  ['times that are no number', { times: Number.NaN }],
])('refuses %s', (_name, options) => {
  expect(() => torii.fail('keys', options)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
});

test('refuses a surface that it does not have', () => {
  // @ts-expect-error: plain JavaScript can say anything
  expect(() => torii.fail('key')).toThrow(
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining('keys, api, signIn') }),
  );
});

test('delays an answer', async () => {
  torii.delay('keys', 300);
  const start = performance.now();
  expect(await statusOf.keys()).toBe(200);
  // A timer of Node may be a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(290);
});

test('breaks every surface at once, and counts what they meet together', async () => {
  torii.fail('all', { times: 2 });
  expect([await statusOf.keys(), await statusOf.api(), await statusOf.signIn()]).toEqual([503, 503, 401]);
});

test('a later fault takes the place of an earlier one', async () => {
  torii.fail('all');
  torii.fail('keys', { status: 500 });
  torii.recover('api');
  expect([await statusOf.keys(), await statusOf.api(), await statusOf.signIn()]).toEqual([500, 404, 503]);
});

test('cuts the connection before anything is done', async () => {
  torii.cut('api', { times: 1 });
  await expect(callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).rejects.toThrow(TypeError);
  expect((await callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).status).toBe(201);
});

test('cuts the connection when all is done, and tells nothing of it', async () => {
  torii.cut('api', { at: 'answer', times: 1 });
  await expect(callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).rejects.toThrow(TypeError);
  expect((await callApi(torii, 'POST', '/users', { email: 'ada@example.com' })).status).toBe(409);
});

test('cuts the connection half-way through a body', async () => {
  torii.cut('keys', { at: 'body', times: 1 });
  const response = await fetch(torii.jwksUrl);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(TypeError);
  expect(await statusOf.keys()).toBe(200);
});

test.each<[string, () => void]>([
  ['a delay that is negative', () => torii.delay('keys', -1)],
  ['a delay longer than a timer can be', () => torii.delay('keys', 2 ** 31)],
  ['a cut nowhere', () => torii.cut('keys', { at: 'middle' as never })],
  ['half a time', () => torii.cut('keys', { times: 1.5 })],
  ['a header that cannot be sent', () => torii.fail('keys', { headers: { 'retry-after': 'a\nb' } })],
  ['a header without a name', () => torii.fail('keys', { headers: { '': 'x' } })],
])('refuses %s, and injects nothing', async (_name, inject) => {
  expect(inject).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  expect(await statusOf.keys()).toBe(200);
});
