// What `c.env.incoming` may contain, and what it decides.
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { type Context, Hono } from 'hono';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, send } from '../../../scripts/http-exchange.ts';
import { type Check, requireAuth } from '../src/index.ts';
import { listenerOf, serve } from './serving.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const token = await torii.token({ userId: 'ada' });

/** An app whose checks note the values of a header. */
function appThatSees(name: string) {
  const seen: (readonly string[])[] = [];
  const check: Check = (_auth, request) => seen.push(request.headerValues(name)) > 0;
  const app = new Hono<{ Bindings: { incoming?: unknown } }>()
    .use(requireAuth({ issuer, publicPaths: ['/health'], cookie: 'torii', checks: [check] }))
    .all('*', (c: Context) => c.json({ userId: c.get('auth')?.userId ?? null }));
  return { app, seen };
}

const authorized = { authorization: `Bearer ${token}` };

describe('c.env.incoming that is not the request of Node', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'incoming'],
    ['a function', () => 'incoming'],
    ['an empty object', {}],
    ['an object with other fields', { url: 1, rawHeaders: 'a' }],
    ['an object with a list of headers alone', { rawHeaders: [] }],
    ['an object whose URL is no text', { url: 1, rawHeaders: [] }],
    ['a URL', new URL('http://app.test/health')],
    ['a Fetch request', new Request('http://app.test/health')],
  ])('is ignored: %s', async (_what, incoming) => {
    const { app } = appThatSees('x-role');
    for (const env of [{ incoming }, undefined]) {
      expect((await app.request('/health', {}, env)).status).toBe(200);
      expect((await app.request('/me', {}, env)).status).toBe(401);
      expect((await app.request('/me', { headers: authorized }, env)).status).toBe(200);
    }
  });

  const foreign = {
    url: '/health',
    rawHeaders: ['X-Role', 'admin', 'X-Role', 'root', 'Cookie', 'a=b', 'Cookie', `torii=${token}`],
  };

  test('never adds a header or a cookie that the request lacks', async () => {
    const { app, seen } = appThatSees('x-role');
    expect((await app.request('/me', {}, { incoming: foreign })).status).toBe(401);
    const headers = { ...authorized, 'X-Role': 'user', Cookie: 'torii=x' };
    expect((await app.request('/me', { headers }, { incoming: foreign })).status).toBe(200);
    expect((await app.request('/me', { headers: authorized }, { incoming: foreign })).status).toBe(200);
    expect(seen).toEqual([['user'], []]);
  });

  test('never makes a path public', async () => {
    const { app } = appThatSees('x-role');
    expect((await app.request('/me', {}, { incoming: foreign })).status).toBe(401);
    expect((await app.request('/health', {}, { incoming: { ...foreign, url: '/me' } })).status).toBe(401);
  });

  test('splits only a value that the request has', async () => {
    const { app, seen } = appThatSees('x-role');
    const headers = { ...authorized, 'X-Role': 'admin, root' };
    expect((await app.request('/me', { headers }, { incoming: foreign })).status).toBe(200);
    expect(seen).toEqual([['admin', 'root']]);
  });
});

test('a header that middleware replaced counts, and not the two that the client sent', async () => {
  const { app, seen } = appThatSees('x-role');
  const outer = new Hono<{ Bindings: { incoming: IncomingMessage } }>().all('*', (c) => {
    const headers = new Headers(c.req.raw.headers);
    headers.set('X-Role', 'user');
    return app.fetch(new Request(c.req.url, { headers }), c.env);
  });
  await using server = await serve(outer as unknown as Hono);
  const roles = ['admin', 'admin'].map((role) => ['X-Role', role] as const);
  expect((await send(server, '/me', { headers: [...bearer(token), ...roles] })).status).toBe(200);
  expect(seen).toEqual([['user']]);
});

test('[13] two Authorization headers are refused, also if middleware or the server kept one of them', async () => {
  const { app } = appThatSees('x-role');
  const outer = new Hono<{ Bindings: { incoming: IncomingMessage } }>().all('*', (c) =>
    app.fetch(new Request(c.req.url, { headers: authorized }), c.env),
  );
  await using server = await serve(outer as unknown as Hono);
  const { status, text } = await send(server, '/me', { headers: [...bearer(token), ...bearer(token)] });
  expect([status, JSON.parse(text).error.reason]).toEqual([401, 'header_malformed']);
});

test('[14] two cookies of one name in two Cookie headers are refused', async () => {
  const { app } = appThatSees('x-role');
  await using server = await serve(app as unknown as Hono);
  const cookie = ['Cookie', `torii=${token}`] as const;
  expect((await send(server, '/me', { headers: [cookie] })).status).toBe(200);
  expect((await send(server, '/me', { headers: [cookie, ['Cookie', 'torii=other']] })).status).toBe(401);
  expect((await send(server, '/me', { headers: [cookie, ['Cookie', 'a=b']] })).status).toBe(200);
});

test('[22] a check sees the host only if the request names one', async () => {
  let hosts: (string | null)[] = [];
  const check: Check = (_auth, { host }) => hosts.push(host ?? null) > 0;
  const app = new Hono().use(requireAuth({ issuer, checks: [check] })).get('*', (c) => c.text('ok'));
  const server = createServer(listenerOf(app));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const ask = async (target: string, ...lines: readonly string[]) => {
      hosts = [];
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const head = [`GET ${target} HTTP/1.1`, ...lines, `Authorization: Bearer ${token}`, 'Connection: close'];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      for await (const _ of socket) _.toString();
      return hosts;
    };
    expect(await ask('/', 'Host: acme.test', 'X-Forwarded-Host: evil.test')).toEqual(['acme.test']);
    expect(await ask('http://acme.test/', 'Host: acme.test')).toEqual(['acme.test']);
    expect(await ask('http://evil.test/', 'Host: acme.test')).toEqual([null]);
    expect(await ask('http://evil.test/%61', 'Host: acme.test')).toEqual([null]);
  } finally {
    server.close();
  }
  hosts = [];
  await app.request('http://app.test/', { headers: authorized });
  expect(hosts).toEqual(['app.test']);
});
