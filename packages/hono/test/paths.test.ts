// The path that decides whether a request is public, if Hono, an app or a server changed it.
import { startEmulator } from '@torii/emulator';
import type { Context, MiddlewareHandler, Hono as Newest } from 'hono';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import { type Check, requireAuth } from '../src/index.ts';
import { listenerOf, serve, versions } from './serving.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const token = await torii.token({ userId: 'ada' });

/** The path that checks see, with a valid token. */
let seen: (string | undefined)[] = [];
let visits: string[] = [];
beforeEach(() => {
  seen = [];
  visits = [];
});

const look: Check = (_auth, { path }) => seen.push(path) > 0;
const guard = (...publicPaths: readonly [string, ...string[]]) => requireAuth({ issuer, publicPaths, checks: [look] });
const visit = (name: string) => (c: Context) => {
  visits.push(name);
  return c.text(name);
};

/** Sends a request without a token, and with one. */
async function ask(app: Pick<Newest, 'fetch'>, target: string) {
  await using server = await serve(app);
  const { status } = await send(server, target);
  const reached = visits.length > 0;
  await send(server, target, { headers: bearer(token) });
  return { status, reached, path: seen.at(-1) };
}

/** The same on a runtime without Node's request, such as Bun, Deno or a Worker. */
async function askFetch(app: Pick<Newest, 'fetch'>, target: string) {
  const { status } = await app.fetch(new Request(`http://app.test${target}`));
  const reached = visits.length > 0;
  await app.fetch(new Request(`http://app.test${target}`, { headers: { authorization: `Bearer ${token}` } }));
  return { status, reached, path: seen.at(-1) };
}

const open = (path: string) => ({ status: 200, reached: true, path });
const closed = { status: 401, reached: false, path: undefined };

describe.each(versions)('[21] %s', (_name, Hono) => {
  test('a sub-app and a base path use the whole path', async () => {
    const sub = () => new Hono().use('*', guard('/api/health')).get('/health', visit('sub')).get('/me', visit('sub'));
    const apps = [
      () => new Hono().route('/api', sub()),
      () => new Hono().basePath('/api').route('/', sub()),
      () => new Hono().route('/', new Hono().route('/api', sub())),
      () => new Hono().basePath('/api').use('*', guard('/api/health')).get('/health', visit('app')),
    ];
    for (const app of apps) {
      for (const asking of [ask, askFetch]) {
        expect(await asking(app(), '/api/health')).toMatchObject({ status: 200, reached: true });
        visits = [];
        expect(await asking(app(), '/api/me')).toEqual({ ...closed, path: '/api/me' });
        visits = [];
      }
    }
  });

  test('inside an app that was mounted with `mount`, nothing is public on Node', async () => {
    const inner = new Hono().use('*', guard('/ping', '/api/ping')).get('*', visit('inner'));
    const app = new Hono().mount('/api', inner.fetch as Parameters<Newest['mount']>[1]);
    expect(await ask(app as Newest, '/api/ping')).toEqual(closed);
  });

  test('inside an app that was mounted with `mount`, other runtimes show only the path without the mount path', async () => {
    const inner = new Hono().use('*', guard('/ping')).get('*', visit('inner'));
    const app = new Hono().mount('/api', inner.fetch as Parameters<Newest['mount']>[1]) as Newest;
    expect(await askFetch(app, '/api/ping')).toMatchObject({ status: 200, reached: true });
    visits = [];
    expect(await askFetch(app, '/api/me')).toEqual({ ...closed, path: '/me' });
  });

  test.each<[string, string, MiddlewareHandler]>([
    [
      'c.req.raw',
      '/me',
      (c, next) => {
        c.req.raw = new Request(new URL('/health', c.req.url), c.req.raw);
        return next();
      },
    ],
    [
      'c.req.path',
      '/me',
      (c, next) => {
        c.req.path = '/health';
        return next();
      },
    ],
    [
      'c.req.path, and the public path was requested',
      '/health',
      (c, next) => {
        c.req.path = '/me';
        return next();
      },
    ],
  ])('nothing is public after middleware replaced %s', async (_what, target, replace) => {
    const app = () => new Hono().use('*', replace, guard('/health')).get('*', visit('handler'));
    expect(await ask(app(), target)).toEqual(closed);
    visits = [];
    expect(await askFetch(app(), target)).toEqual(closed);
  });

  test('nothing is public on Node after middleware replaced c.req.raw and c.req.path', async () => {
    const replace: MiddlewareHandler = (c, next) => {
      c.req.raw = new Request(new URL('/health', c.req.url), c.req.raw);
      c.req.path = '/health';
      return next();
    };
    expect(await ask(new Hono().use('*', replace, guard('/health')).get('*', visit('handler')), '/me')).toEqual(closed);
  });

  test('a request whose body or headers were replaced keeps its path', async () => {
    const replace: MiddlewareHandler = (c, next) => {
      const { url, raw } = c.req;
      c.req.raw = new Request(url, { method: raw.method, headers: [...raw.headers, ['X-Tenant', 'a']] });
      return next();
    };
    const app = new Hono().use('*', replace, guard('/health')).get('*', visit('handler'));
    expect(await ask(app, '/health')).toMatchObject({ status: 200, reached: true });
  });

  test('nothing is public behind a server that rewrites the path, on Node', async () => {
    const app = new Hono().use('*', guard('/health')).get('*', visit('handler'));
    const rewriting: Pick<Newest, 'fetch'> = {
      fetch: (request: Request, env: unknown) =>
        app.fetch(new Request(new URL('/health', request.url), request), env as object),
    };
    expect(await ask(rewriting, '/me')).toEqual(closed);
  });

  test('nothing is public in a server that cut off a mount path, as connect does', async () => {
    const app = new Hono().use('*', guard('/health', '/api/health')).get('*', visit('handler'));
    const inner = listenerOf(app);
    await using server = await listen((request, response) => {
      Object.assign(request, { originalUrl: request.url, url: String(request.url).replace(/^\/api/, '') });
      inner(request, response);
    });
    expect([(await send(server, '/api/health')).status, visits]).toEqual([401, []]);
  });

  test.each<[string, string, string]>([
    ['that the app chose', '/me', '/health'],
    ['with the host before it, as for routes of subdomains', '/health', '/app.test/health'],
    ['that is empty', '/health', ''],
  ])('nothing is public if `getPath` returns a path %s', async (_what, target, path) => {
    const app = () => new Hono({ getPath: () => path }).use('*', guard('/health')).get('*', visit('handler'));
    expect(await ask(app(), target)).toEqual(closed);
    visits = [];
    expect(await askFetch(app(), target)).toEqual(closed);
  });

  test('with `strict: false`, a trailing slash that the router ignores makes a path unknown', async () => {
    const app = () => new Hono({ strict: false }).use('*', guard('/health', '/docs/*')).get('*', visit('handler'));
    for (const asking of [ask, askFetch]) {
      expect(await asking(app(), '/health')).toMatchObject({ status: 200, reached: true });
      visits = [];
      expect(await asking(app(), '/health/')).toEqual(closed);
      visits = [];
      expect(await asking(app(), '/docs/guide/')).toEqual(closed);
      visits = [];
    }
  });

  test.each([
    ['/docs/guide', open('/docs/guide')],
    ['/docs/%C3%A6ble%20pie', open('/docs/%C3%A6ble%20pie')],
    ['/docs/%7Bid%7D', open('/docs/%7Bid%7D')],
    ['/docs/%61', { ...closed, path: '/docs/%61' }],
    ['/docs/100%25', { ...closed, path: '/docs/100%25' }],
    ['/docs/%C3%A6%25', { ...closed, path: '/docs/%C3%A6%25' }],
    ['/docs/a%2fb', { ...closed, path: '/docs/a%2fb' }],
    ['/docs/%2561', { ...closed, path: '/docs/%2561' }],
    ['/docs/a;b', { ...closed, path: '/docs/a;b' }],
    ['/docs//a', { ...closed, path: '/docs//a' }],
    ['/docs/%ff', { ...closed, path: '/docs/%ff' }],
    ['/docs/%', { ...closed, path: '/docs/%' }],
    ['/me', { ...closed, path: '/me' }],
  ])('the encoded path %s is read as the router reads it', async (target, expected) => {
    const app = () => new Hono().use('*', guard('/docs/*')).get('*', visit('handler'));
    const result = await ask(app(), target);
    expect(result).toEqual(expected.reached ? { ...expected, path: undefined } : expected);
    visits = [];
    expect(await askFetch(app(), target)).toEqual(result);
  });

  test('an absolute target is read as the router reads it', async () => {
    const app = new Hono().use('*', guard('/health')).get('*', visit('handler'));
    await using server = await serve(app);
    expect((await send(server, `http://${server.host}/health`)).status).toBe(200);
    visits = [];
    for (const target of ['http://other.test/me', 'http://other.test//health', 'http://health/'])
      expect([400, 401]).toContain((await send(server, target)).status);
    expect(visits).toEqual([]);
  });

  test.each(['/a/../docs/guide', '/docs/./guide', '/%2e/docs/guide', '/docs/x/%2E%2E/guide', '/docs\\guide'])(
    'a path that the server changed before Hono saw it is not public, on Node: %s',
    async (target) => {
      const app = new Hono().use('*', guard('/docs/*')).get('*', visit('handler'));
      await using server = await serve(app);
      expect([400, 401]).toContain((await send(server, target)).status);
      expect(visits).toEqual([]);
    },
  );
});
