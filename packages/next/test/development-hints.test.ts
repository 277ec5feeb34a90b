import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import { type NextFetchEvent, NextRequest } from 'next/server.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from './create-app.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

const lines: string[] = [];
beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development');
  vi.stubEnv('PORT', '');
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line));
});
const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  lines.splice(0);
  // What the process remembers.
  Reflect.deleteProperty(globalThis, Symbol.for('torii.next.development'));
  for (const server of servers.splice(0)) server.close();
});

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const app = (issuer = emulator.issuer) =>
  createApp({ issuer, signInPath: '/sign-in', origins: ['http://localhost:3000'] });

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function requestFor({ path = '/notes', method = 'GET', headers = {} }: Sent = {}): NextRequest {
  return new NextRequest(`http://localhost:3000${path}`, { method, headers: { host: 'localhost:3000', ...headers } });
}

const page = { accept: 'text/html' };
const proxy = (sent: Sent) => app().proxy()(requestFor(sent), {} as NextFetchEvent);
const route = (sent: Sent) => app().withAuth(() => new Response())(requestFor(sent), { params: Promise.resolve({}) });

describe('an origin that is not in `origins` is named once, with what to add', () => {
  test.each<readonly [string, Sent]>([
    ['by a page load', { headers: { ...page, host: '192.168.1.7:3000' } }],
    [
      'by a POST of a page',
      { method: 'POST', headers: { host: '192.168.1.7:3000', origin: 'http://192.168.1.7:3000' } },
    ],
  ])('%s, in the proxy', async (_name, sent) => {
    await proxy(sent);
    await proxy(sent);
    expect(lines).toEqual([expect.stringContaining("'http://192.168.1.7:3000' to the option `origins`")]);
  });

  test('in the token route, in the issuer route and in a route handler', async () => {
    const { tokenRoutes, issuerRoutes } = app();
    for (const [index, call] of [
      tokenRoutes.POST,
      tokenRoutes.DELETE,
      issuerRoutes.POST,
      (request: NextRequest) => app().withAuth(() => new Response())(request, { params: Promise.resolve({}) }),
    ].entries()) {
      const host = `app${index}.test`;
      const path = '/_torii/client';
      await call(requestFor({ path, method: 'POST', headers: { host, origin: `https://${host}` } }));
      expect(lines.splice(0)).toEqual([expect.stringContaining(`'https://${host}' to the option \`origins\``)]);
    }
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['another site', { origin: 'http://evil.test' }],
    ['a listed origin', { origin: 'http://localhost:3000' }],
    ['no page', { host: 'evil.test' }],
    ['a null origin', { origin: 'null' }],
    ['a scheme that no page has', { origin: 'javascript:alert(1)' }],
    ['a path', { origin: 'http://evil.test/x', host: 'evil.test' }],
    ['a user', { origin: 'http://a@evil.test', host: 'evil.test' }],
    ['a list', { origin: 'http://evil.test, http://b.test', host: 'evil.test' }],
    ['what is no URL', { origin: 'http://[', host: '[' }],
    ['a host that is no host, for a page', { ...page, host: 'evil.test/\u00e9' }],
  ])('not for %s', async (_name, headers) => {
    await proxy({ method: headers['accept'] ? 'GET' : 'POST', headers });
    expect(lines).toEqual([]);
  });

  test('[35] a text that the caller chose is short, printable and no secret, and the number of lines is bounded', async () => {
    for (let n = 0; n < 100; n += 1) await proxy({ headers: { ...page, host: `h${n}.test` } });
    expect(lines).toHaveLength(20);
    Reflect.deleteProperty(globalThis, Symbol.for('torii.next.development'));
    lines.splice(0);
    await proxy({ headers: { ...page, host: `${'a'.repeat(3000)}.test` } });
    await proxy({ path: '/seen', headers: page });
    await route({ path: `/${'b'.repeat(3000)}%E2%80%AE%0A` });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e…]{1,900}$/);
  });
});

describe('a matcher that leaves out a guarded path is reported once', () => {
  test('by a route that the proxy did not see', async () => {
    await proxy({ path: '/notes' });
    for (let n = 0; n < 2; n += 1) await route({ path: '/api/me' });
    expect(lines).toEqual([expect.stringContaining('/api/me')]);
    expect(lines[0]).toContain('matcher');
  });

  test('not for a path that the proxy saw, with or without a trailing slash', async () => {
    for (const path of ['/api/me', '/api/other/']) await proxy({ path });
    for (const path of ['/api/me', '/api/me/', '/api/other', '/api/me?x=1']) await route({ path });
    expect(lines).toEqual([]);
  });

  test('not if there is no proxy', async () => {
    await route({ path: '/api/me' });
    expect(lines).toEqual([]);
  });
});

describe('a missing token route is reported once', () => {
  test.each<readonly [string, RequestListener]>([
    ['404', (_req, res) => void res.writeHead(404).end()],
    ['a guarded route at its path', (_req, res) => void res.writeHead(401).end()],
    ['another route at its path', (_req, res) => void res.writeHead(204, { Allow: 'GET, HEAD, OPTIONS' }).end()],
  ])('%s', async (_name, listener) => {
    const asked: string[] = [];
    const port = await listen((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      listener(req, res);
    });
    vi.stubEnv('PORT', String(port));
    vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/shop');
    for (let n = 0; n < 3; n += 1) await proxy({ headers: page });
    await expect.poll(() => lines).toEqual([expect.stringContaining('app/api/torii/token/route.ts')]);
    expect(lines[0]).toContain('/shop/api/torii/token');
    expect(asked).toEqual(['OPTIONS /shop/api/torii/token']);
  });

  test.each<readonly [string, RequestListener]>([
    ['if it is there', (_req, res) => void res.writeHead(204, { Allow: 'DELETE, OPTIONS, POST' }).end()],
    ['if the server redirects', (_req, res) => void res.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end()],
    ['if the server fails', (_req, res) => void res.writeHead(500).end()],
    ['if the server hangs up', (req) => void req.socket.destroy()],
  ])('not %s', async (_name, listener) => {
    let asked = 0;
    const port = await listen((req, res) => {
      listener(req, res);
      asked += 1;
    });
    vi.stubEnv('PORT', String(port));
    await proxy({ headers: { ...page, host: `evil.test:${port}` } });
    await expect.poll(() => asked).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines.filter((line) => line.includes('token'))).toEqual([]);
  });

  test.each(['', '80; rm', '-1', 'evil.test'])('the server is not asked if its port is %j', async (port) => {
    const asking = vi.spyOn(globalThis, 'fetch');
    vi.stubEnv('PORT', port);
    await proxy({ headers: page });
    expect(asking).not.toHaveBeenCalled();
  });
});

test("an answer 403 of the issuer names Torii's allowed origins", async () => {
  const { issuerRoutes } = app();
  const headers = { origin: 'http://localhost:3000', 'content-type': 'application/json' };
  const login = requestFor({ path: '/_torii/auth/login', method: 'POST', headers });
  expect((await issuerRoutes.POST(login)).status).toBe(403);
  expect(lines).toEqual([expect.stringContaining('torii origins add http://localhost:3000')]);
});

test.each(['production', 'test', ''])('nothing is written if NODE_ENV is %j', async (mode) => {
  vi.stubEnv('NODE_ENV', mode);
  const { proxy: create, withAuth } = createApp({
    issuer: emulator.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
  });
  await create()(requestFor({ headers: { ...page, host: 'evil.test' } }), {} as NextFetchEvent);
  await withAuth(() => new Response())(requestFor({ path: '/api/me' }), { params: Promise.resolve({}) });
  expect(lines).toEqual([]);
  expect(Reflect.has(globalThis, Symbol.for('torii.next.development'))).toBe(false);
});
