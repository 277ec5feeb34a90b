// Requests that are not Next's: plain ones in unit tests, and those of another Fetch implementation or realm.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import type { NextFetchEvent, NextRequest } from 'next/server.js';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { toForeignRealm } from '../../../scripts/foreign-realm.ts';
import { deliver, secret } from '../../core/test/webhook-delivery.ts';
import { webhookHandler } from '../src/server/webhooks.ts';
import { createApp } from './create-app.ts';

// Replaces Next's `headers()`, as unit tests of an app do.
let given: unknown;
vi.mock('next/headers.js', () => ({ headers: () => given }));

const emulator = await startEmulator();
afterAll(() => emulator.stop());
const token = await emulator.token({ userId: 'ada' });
const torii = createApp({ issuer: emulator.issuer, signInPath: '/sign-in', origins: ['https://app.test'] });
const host = { host: 'app.test' };
const signedIn = { ...host, authorization: `Bearer ${token}` };
const event = {} as NextFetchEvent;
const params = { params: Promise.resolve({}) };

function plain(path: string, headers: Record<string, string>, init: RequestInit = {}): NextRequest {
  return new Request(`https://app.test${path}`, { ...init, headers }) as NextRequest;
}

/** A request as another Fetch implementation makes it: no instance of the global classes. */
function foreign(path: string, headers: Record<string, string>): NextRequest {
  const request = plain(path, headers);
  const bound = (target: object) =>
    new Proxy(Object.create(null), {
      get(_none, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'headers') return bound(value as object);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      has: (_none, name) => name in target,
    });
  return bound(request);
}

describe.each([
  ['a plain Request', plain],
  ['a Request of another Fetch implementation', foreign],
])('%s', (_name, make) => {
  const handler = vi.fn(() => Response.json('secret'));
  beforeEach(() => handler.mockClear());

  test('is let through by withAuth with a token only', async () => {
    const route = torii.withAuth(handler);
    expect((await route(make('/notes', signedIn), params)).status).toBe(200);
    expect((await route(make('/notes', host), params)).status).toBe(401);
    expect((await route(make('/notes', { ...host, authorization: 'Bearer a.b.c' }), params)).status).toBe(401);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('[19] is let through by the proxy with a token or on a public path only', async () => {
    const proxy = torii.proxy();
    const statusOf = async (path: string, headers: Record<string, string>) => {
      const response = await proxy(make(path, headers), event);
      return [response.status, response.headers.get('x-middleware-next')];
    };
    expect(await statusOf('/notes', signedIn)).toEqual([200, '1']);
    expect(await statusOf('/sign-in', host)).toEqual([200, '1']);
    expect(await statusOf('/notes', host)).toEqual([401, null]);
    expect(await statusOf('/sign-in/..%2fnotes', host)).toEqual([401, null]);
  });

  test('[20] for a page is redirected to the sign-in page of the app', async () => {
    const response = await torii.proxy()(make('/notes?a=1', { ...host, accept: 'text/html' }), event);
    const location = 'https://app.test/sign-in?return_to=%2Fnotes%3Fa%3D1';
    expect([response.status, response.headers.get('location')]).toEqual([307, location]);
  });

  test('is forwarded to the issuer, with a signal of any class or none', async () => {
    const server = createServer((req, res) => void res.end(req.url));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { issuerRoutes } = createApp({
      issuer: `http://127.0.0.1:${port}`,
      signInPath: '/sign-in',
      origins: ['https://app.test'],
    });
    const request = make('/_torii/client?a=1', host);
    const listeners: unknown[] = [];
    const signal = { aborted: false, addEventListener: (name: string) => void listeners.push(name) };
    for (const value of [undefined, signal]) {
      const shown = new Proxy(request, {
        get: (target, name) => (name === 'signal' ? value : Reflect.get(target, name, target)),
      });
      expect(await (await issuerRoutes.GET(shown)).text()).toBe('/_torii/client?a=1');
    }
    expect(listeners).toEqual(['abort']);
    server.close();
  });
});

describe('`headers()` of a unit test', () => {
  test.each<[string, unknown]>([
    ['a Headers, without a promise', new Headers(signedIn)],
    ['a promise of a Headers', Promise.resolve(new Headers(signedIn))],
    ['a Map', new Map(Object.entries(signedIn))],
  ])('may return %s', async (_name, headers) => {
    given = headers;
    expect(await torii.auth()).toMatchObject({ userId: 'ada' });
  });

  test.each<[string, unknown]>([
    ['a plain object', signedIn],
    ['a plain object of another realm', toForeignRealm(signedIn)],
    ['an object that only has `get`', { get: () => signedIn.authorization }],
    ['undefined', undefined],
    ['an empty Headers', new Headers()],
  ])('[19] may not return %s', async (_name, headers) => {
    given = headers;
    await expect(torii.auth()).rejects.toMatchObject({ name: 'ToriiConfigError' });
    await expect(torii.protect()).rejects.toMatchObject({ name: 'ToriiConfigError' });
  });
});

test('a webhook may have a body of bytes of another realm', async () => {
  const handled = vi.fn();
  const { headers, payload } = deliver();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(toForeignRealm(new TextEncoder().encode(payload)));
      controller.close();
    },
  });
  const request = { headers: new Headers(headers), body, bodyUsed: false } as Request;
  expect((await webhookHandler({ secret }, handled)(request)).status).toBe(200);
  expect(handled).toHaveBeenCalledTimes(1);
});
