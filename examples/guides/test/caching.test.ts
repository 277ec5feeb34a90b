import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import { optionalAuth, requireAuth } from '@torii/express';
import express, { type RequestHandler } from 'express';
import { Agent, type Dispatcher, interceptors, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../../../scripts/http-exchange.ts';
import { mayKeep } from '../src/caching/service-worker.ts';

let emulator: Emulator;
let server: Server;
let origin: string;
let tokens: Record<'ada' | 'bob', string>;
/** A shared cache that follows RFC 9111, as a CDN should. */
let cdn: Dispatcher;

beforeAll(async () => {
  emulator = await startEmulator();
  tokens = { ada: await emulator.token({ userId: 'ada' }), bob: await emulator.token({ userId: 'bob' }) };
  Object.assign(process.env, { TORII_ISSUER: emulator.issuer, PORT: '0' });
  ({ server } = await import('../src/caching/express.ts'));
  if (!server.listening) await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await emulator.stop();
});
beforeEach(() => {
  cdn = new Agent().compose(interceptors.cache({ type: 'shared' }));
});
afterEach(() => cdn.close());

type Headers = Readonly<Record<string, string>>;
const inHeader = (user: 'ada' | 'bob'): Headers => ({ authorization: `Bearer ${tokens[user]}` });
const inCookie = (user: 'ada' | 'bob'): Headers => ({ cookie: `token=${tokens[user]}` });

/** Sends a request through the cache. */
async function ask(url: string, headers: Headers = {}) {
  const { statusCode, headers: answered, body } = await request(url, { dispatcher: cdn, headers });
  return { status: statusCode, headers: answered, body: (await body.json()) as Record<string, unknown> };
}

describe('the example', () => {
  test.each([
    ['header', inHeader],
    ['cookie', inCookie],
  ])('gives each caller their own answer, with the token in the %s', async (_place, credentials) => {
    for (const user of ['ada', 'bob'] as const) {
      const { headers, body } = await ask(`${origin}/me`, credentials(user));
      expect([body, headers['cache-control']]).toEqual([{ userId: user }, 'private, no-store']);
    }
    const { status, headers } = await ask(`${origin}/me`);
    expect([status, headers['cache-control'], headers['vary']]).toEqual([
      401,
      'private, no-store',
      'Authorization, Cookie',
    ]);
  });

  test('a refusal is not stored for callers who come later', async () => {
    expect((await ask(`${origin}/me`)).status).toBe(401);
    expect((await ask(`${origin}/me`, inCookie('ada'))).status).toBe(200);
  });

  test('public answers are stored', async () => {
    expect((await ask(`${origin}/prices`)).headers['age']).toBeUndefined();
    expect((await ask(`${origin}/prices`)).headers['age']).toBeDefined();
  });
});

/** Sends a request as ada, then one as bob. Returns whose data bob gets. */
async function bobGets(cacheControl: Headers, credentials: typeof inHeader): Promise<unknown> {
  const answer: RequestHandler = (req, res) => void res.set(cacheControl).json({ userId: req.auth?.userId ?? null });
  const guard = requireAuth({ issuer: emulator.issuer, cookie: 'token' });
  await using app = await listen(express().disable('etag').use(guard, answer));
  expect((await ask(`${app.origin}/me`, credentials('ada'))).body['userId']).toBe('ada');
  return (await ask(`${app.origin}/me`, credentials('bob'))).body['userId'];
}

describe('what leaks from a shared cache', () => {
  test.each([
    ['max-age with a cookie', { 'Cache-Control': 'max-age=60' }, inCookie, 'ada'],
    ['public with a cookie', { 'Cache-Control': 'public, max-age=60' }, inCookie, 'ada'],
    ['public with a header', { 'Cache-Control': 'public, max-age=60' }, inHeader, 'ada'],
    ['s-maxage with a header', { 'Cache-Control': 's-maxage=60' }, inHeader, 'ada'],
    ['max-age with a header: not stored', { 'Cache-Control': 'max-age=60' }, inHeader, 'bob'],
    ['private', { 'Cache-Control': 'private, max-age=60' }, inCookie, 'bob'],
    ['Vary: Cookie', { 'Cache-Control': 'max-age=60', Vary: 'Cookie' }, inCookie, 'bob'],
    ['Vary: Authorization', { 'Cache-Control': 'public, max-age=60', Vary: 'Authorization' }, inHeader, 'bob'],
  ])('%s', async (_name, headers, credentials, expected) => {
    expect(await bobGets(headers, credentials)).toBe(expected);
  });

  test('optionalAuth: a page for visitors hides the page of a signed-in user', async () => {
    const answer: RequestHandler = (req, res) =>
      void res.set('Cache-Control', 'max-age=60').json({ userId: req.auth?.userId ?? null });
    const guard = optionalAuth({ issuer: emulator.issuer, cookie: 'token' });
    await using app = await listen(express().use(guard, answer));
    expect((await ask(app.origin)).body).toEqual({ userId: null });
    expect((await ask(app.origin, inCookie('ada'))).body).toEqual({ userId: null });
  });
});

test('guards replace a Cache-Control that was set before them', async () => {
  const early: RequestHandler = (_req, res, next) => {
    res.set({ 'Cache-Control': 'public, max-age=60', 'CDN-Cache-Control': 'max-age=60' });
    next();
  };
  await using app = await listen(express().use(early, requireAuth({ issuer: emulator.issuer })));
  const { headers } = await fetch(app.origin);
  expect(headers.get('cache-control')).toBe('private, no-store');
  // A header for CDNs alone stays, and some CDNs follow it instead.
  expect(headers.get('cdn-cache-control')).toBe('max-age=60');
});

test('a service worker keeps what is the same for everyone', () => {
  const url = 'https://app.example.com/';
  const answer = (cacheControl?: string, status = 200) =>
    new Response(null, { status, headers: cacheControl === undefined ? {} : { 'Cache-Control': cacheControl } });
  expect(mayKeep(new Request(url), answer())).toBe(true);
  expect(mayKeep(new Request(url), answer('public, max-age=60'))).toBe(true);
  expect(mayKeep(new Request(url), answer('private, no-store'))).toBe(false);
  expect(mayKeep(new Request(url), answer('max-age=60, Private'))).toBe(false);
  expect(mayKeep(new Request(url, { headers: { authorization: 'Bearer x' } }), answer())).toBe(false);
  expect(mayKeep(new Request(url, { method: 'POST' }), answer())).toBe(false);
  expect(mayKeep(new Request(url), answer(undefined, 401))).toBe(false);
});
