import type { VerifierEvent } from '@torii/core';
import { guardKind } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, send } from '../../../scripts/http-exchange.ts';
import { unusableAnswers } from '../../../scripts/unusable-answers.ts';
import {
  allow,
  type Check,
  createVerifier,
  getAuth,
  getToken,
  type OnError,
  optionalAuth,
  requireAuth,
  ToriiAuthError,
  ToriiConfigError,
  type Verifier,
} from '../src/index.ts';
import { serve, versions } from './serving.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer });
const token = await torii.token({ userId: 'ada' });
const adminToken = await torii.token({ userId: 'root', organization: { id: 'acme', role: 'org:administrator' } });
const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
const forged = { userId: 'admin', organization: { id: 'org', role: 'org:administrator' } };
const missing = {
  error: { code: 'authentication_failed', reason: 'token_missing', message: expect.any(String) },
};

/** Values that a check may throw. Hono passes none of them to `app.onError`. */
const thrown: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['a string', 'no'],
  ['an object', { a: 1 }],
];

describe.each(versions)('%s', (_name, Hono) => {
  /** Names of the handlers that ran. */
  let visits: string[] = [];
  beforeEach(() => {
    visits = [];
  });

  const visit =
    (name: string): Handler =>
    (c: Context) => {
      visits.push(name);
      return c.json({ handler: name, userId: c.get('auth')?.userId ?? null });
    };

  /** An app that runs the middleware for every path, and answers errors with the name and the message. */
  const compose = (...middleware: readonly MiddlewareHandler[]) => {
    const app = new Hono();
    app.onError((error, c) => {
      const option: unknown = error instanceof ToriiConfigError ? error.option : undefined;
      const { name, message, cause } = error;
      return c.json({ app: name, option, message, cause: cause ?? null, auth: c.get('auth' as never) ?? null }, 500);
    });
    for (const each of middleware) app.use('*', each);
    return app;
  };

  describe('requireAuth', () => {
    test('lets a caller with a valid token through, and gives the handler the user', async () => {
      const app = compose(requireAuth({ issuer }));
      app.get('/me', (c) => c.json([getAuth(c).userId, c.get('auth' as never), Reflect.get(c.var, 'auth')]));
      await using server = await serve(app);
      const { status, text } = await send(server, '/me', { headers: bearer(token) });
      const [userId, got, read] = JSON.parse(text);
      expect([status, userId, got.userId, read.userId]).toEqual([200, 'ada', 'ada', 'ada']);
    });

    test('works in a unit test, without a server', async () => {
      const app = compose(requireAuth(verifier), visit('handler'));
      expect((await app.request('/me')).status).toBe(401);
      expect((await app.request('/me', { headers: Object.fromEntries(bearer(token)) })).status).toBe(200);
      const headers = new Headers([...bearer(token), ...bearer(token)] as [string, string][]);
      expect((await app.request('/me', { headers })).status).toBe(401);
    });

    test('[15] refuses a request without a token with a bare challenge', async () => {
      await using server = await serve(compose(requireAuth(verifier), visit('handler')));
      const { status, headers, text } = await send(server, '/me');
      expect([status, headers['www-authenticate'], JSON.parse(text)]).toEqual([401, 'Bearer realm="torii"', missing]);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(visits).toEqual([]);
    });

    test('[13] refuses two Authorization headers, although Fetch joins them', async () => {
      await using server = await serve(compose(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { headers: [...bearer(token), ...bearer(adminToken)] });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([401, 'header_malformed', []]);
      const basic = await send(server, '/', { headers: [['Authorization', 'Basic YTpi'], ...bearer(token)] });
      expect(JSON.parse(basic.text).error.reason).toBe('header_malformed');
    });

    test('answers HEAD without a body', async () => {
      await using server = await serve(compose(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { method: 'HEAD' });
      expect([status, text, visits]).toEqual([401, '', []]);
    });

    test.each<[string, (c: Context) => unknown]>([
      [
        'c.header',
        (c) => {
          c.header('Vary', 'Origin');
          c.header('Access-Control-Allow-Origin', 'https://app.test');
          c.header('Cache-Control', 'public');
          c.header('Content-Type', 'text/html');
          c.header('Set-Cookie', 'a=b', { append: true });
        },
      ],
      [
        'c.res.headers',
        (c) => {
          c.res.headers.set('Vary', 'Origin');
          c.res.headers.set('Access-Control-Allow-Origin', 'https://app.test');
          c.res.headers.set('Cache-Control', 'public');
          c.res.headers.set('Content-Type', 'text/html');
          c.res.headers.append('Set-Cookie', 'a=b');
        },
      ],
      [
        'a response',
        (c) => {
          const headers = { Vary: 'Origin', 'Access-Control-Allow-Origin': 'https://app.test', 'Set-Cookie': 'a=b' };
          c.res = new Response('page', { headers: { ...headers, 'Cache-Control': 'public', 'Content-Length': '4' } });
        },
      ],
    ])('[20] keeps headers, adds to Vary, and replaces Cache-Control, set before with %s', async (_what, prepare) => {
      const before: MiddlewareHandler = async (c, next) => {
        prepare(c);
        await next();
      };
      await using server = await serve(compose(before, requireAuth(verifier), visit('handler')));
      const { status, headers, text } = await send(server, '/');
      expect([status, JSON.parse(text), visits]).toEqual([401, missing, []]);
      expect(headers).toMatchObject({
        vary: 'Origin, Authorization, Cookie',
        'access-control-allow-origin': 'https://app.test',
        'cache-control': 'private, no-store',
        'content-type': 'application/json',
        'set-cookie': ['a=b'],
      });
    });

    test('lets middleware that runs after it add headers to a refusal', async () => {
      const after: MiddlewareHandler = async (c, next) => {
        await next();
        c.header('X-After', 'yes');
        c.res.headers.set('X-Also', 'yes');
      };
      await using server = await serve(compose(after, requireAuth(verifier), visit('handler')));
      expect((await send(server, '/')).headers).toMatchObject({ 'x-after': 'yes', 'x-also': 'yes' });
    });

    test('[12] answers 503 while the keys are unavailable', async () => {
      await using down = await startEmulator();
      down.fail('keys');
      await using server = await serve(compose(requireAuth({ issuer: down.issuer }), visit('handler')));
      const { status, headers, text } = await send(server, '/', { headers: bearer(await down.token()) });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([503, 'keys_unavailable', []]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    });
  });

  describe('[17] a value that other code put into c.var.auth', () => {
    const forge: MiddlewareHandler = (c, next) => {
      c.set('auth', forged);
      return next();
    };

    test('is never the result of an object that only looks like a verifier', async () => {
      const passport = { authenticate: () => () => {} } as unknown as Verifier;
      await using server = await serve(compose(requireAuth(passport), visit('handler')));
      const { status, text } = await send(server, '/');
      expect([status, JSON.parse(text).app, visits]).toEqual([500, 'ToriiConfigError', []]);
    });

    test.each([
      ['a public path', () => requireAuth({ issuer, publicPaths: ['/me'] })],
      ['optionalAuth without a token', () => optionalAuth(verifier)],
    ])('is replaced by null: %s', async (_name, middleware) => {
      await using server = await serve(compose(forge, middleware(), visit('handler')));
      const answer = await send(server, '/me');
      expect([answer.status, JSON.parse(answer.text).userId]).toEqual([200, null]);
    });

    test('is replaced by null before the app handles an error of a check', async () => {
      const broken = createVerifier({ issuer, checks: [() => Promise.reject(new Error('broken'))] });
      await using server = await serve(compose(forge, requireAuth(broken), visit('handler')));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text), visits]).toEqual([
        500,
        { app: 'Error', message: 'broken', cause: null, auth: null },
        [],
      ]);
    });

    test.each([
      ['an object that looks like an Auth', () => forged],
      ['true', () => true],
      ['a copy of a real Auth', async () => ({ ...(await verifier.verify(adminToken)) })],
      ['an object that inherits from a real Auth', async () => Object.create(await verifier.verify(adminToken))],
    ])('is refused by allow and getAuth: %s', async (_name, make) => {
      const auth: unknown = await make();
      const app = compose((c, next) => {
        c.set('auth', auth);
        return next();
      });
      app.get('/admin', allow(isAdmin), visit('admin'));
      app.get('/me', (c) => c.json({ userId: getAuth(c).userId }));
      await using server = await serve(app);
      for (const path of ['/admin', '/me']) {
        const { status, text } = await send(server, path);
        expect([status, JSON.parse(text).app]).toEqual([500, 'ToriiConfigError']);
      }
      expect(visits).toEqual([]);
    });
  });

  test('optionalAuth passes a caller with a token, and a caller without one as signed out, and refuses others', async () => {
    await using server = await serve(compose(optionalAuth(verifier), visit('handler')));
    expect(JSON.parse((await send(server, '/', { headers: bearer(token) })).text).userId).toBe('ada');
    expect(JSON.parse((await send(server, '/')).text).userId).toBeNull();
    expect((await send(server, '/', { headers: bearer('a.b.c') })).status).toBe(401);
  });

  describe('allow', () => {
    test('[27] lets a caller through only if every check accepts', async () => {
      const app = compose(requireAuth(verifier));
      app.delete(
        '/users/:id',
        allow(isAdmin, (auth) => !auth.impersonating),
        visit('deleted'),
      );
      await using server = await serve(app);
      const remove = async (given: string) =>
        (await send(server, '/users/1', { method: 'DELETE', headers: bearer(given) })).status;
      expect(await remove(token)).toBe(403);
      const organization = { id: 'acme', role: 'org:administrator' };
      expect(await remove(await torii.token({ organization, actor: { sub: 'support' } }))).toBe(403);
      expect(visits).toEqual([]);
      expect(await remove(adminToken)).toBe(200);
    });

    test.each([false, undefined, null, 0, 1, 'yes', {}, []])('[27] refuses if a check returns %o', async (verdict) => {
      const check = vi.fn(() => verdict) as unknown as Check;
      await using server = await serve(compose(requireAuth(verifier), allow(check), visit('handler')));
      const { status, headers, text } = await send(server, '/', { headers: bearer(adminToken) });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([403, 'not_allowed', []]);
      expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
    });

    test('answers like requireAuth if no one is signed in', async () => {
      await using server = await serve(
        compose(
          optionalAuth(verifier),
          allow(() => true),
          visit('handler'),
        ),
      );
      const { status, text } = await send(server, '/');
      expect([status, JSON.parse(text), visits]).toEqual([401, missing, []]);
    });

    test('answers 500 if neither requireAuth nor optionalAuth ran', async () => {
      await using server = await serve(
        compose(
          allow(() => true),
          visit('handler'),
        ),
      );
      const { status, text } = await send(server, '/', { headers: bearer(adminToken) });
      expect([status, JSON.parse(text).option, visits]).toEqual([500, 'allow', []]);
    });

    test('gives a check the request as it was sent', async () => {
      const check = vi.fn<Check>(() => true);
      const app = compose(requireAuth(verifier)).basePath('/api');
      app.get('/users/:id', allow(check), visit('user'));
      await using server = await serve(app);
      const tenants = ['a', 'b'].map((tenant) => ['X-Tenant', tenant] as const);
      await send(server, '/api/users/%C3%A6?path=/x', { headers: [...bearer(token), ...tenants] });
      const view = check.mock.calls[0]?.[1];
      expect(view).toMatchObject({ method: 'GET', host: server.host, path: '/api/users/%C3%A6' });
      expect(view?.headerValues('x-tenant')).toEqual(['a', 'b']);
    });
  });

  test('getToken returns the verified token, and throws without the option', async () => {
    const app = compose();
    app.get('/with', requireAuth({ issuer, exposeToken: true }), (c) => c.text(getToken(c)));
    app.get('/without', requireAuth({ issuer }), (c) => c.text(getToken(c)));
    await using server = await serve(app);
    expect((await send(server, '/with', { headers: bearer(token) })).text).toBe(token);
    const { status, text } = await send(server, '/without', { headers: bearer(token) });
    expect([status, JSON.parse(text).option]).toEqual([500, 'exposeToken']);
  });

  describe('[18] errors that are not refusals', () => {
    test.each(thrown)(
      'never let a request through, and reach app.onError: a check that throws %s',
      async (_n, value) => {
        const check: Check = () => {
          throw value;
        };
        const app = compose();
        app.get('/checks', requireAuth({ issuer, checks: [check] }), visit('checks'));
        app.get('/allow', requireAuth(verifier), allow(check), visit('allow'));
        app.get(
          '/async',
          requireAuth(verifier),
          allow(() => Promise.reject(value)),
          visit('async'),
        );
        app.get('*', visit('next'));
        await using server = await serve(app);
        for (const path of ['/checks', '/allow', '/async']) {
          const { status, text } = await send(server, path, { headers: bearer(adminToken) });
          expect([path, status, JSON.parse(text)]).toMatchObject([path, 500, { app: 'Error', cause: value ?? null }]);
        }
        expect(visits).toEqual([]);
      },
    );

    test('reach app.onError unchanged: a check may throw an HTTPException', async () => {
      const teapot = new HTTPException(418, { message: 'teapot' });
      const app = new Hono();
      app.use(
        '*',
        requireAuth(verifier),
        allow(() => Promise.reject(teapot)),
        visit('handler'),
      );
      await using server = await serve(app);
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, text, visits]).toEqual([418, 'teapot', []]);
    });

    test.each(['sync', 'async'])('are left to the app if a later handler throws: %s', async (kind) => {
      const later = (): Promise<Response> => {
        // A guard would answer this error with 401. Here the app throws it, so the app must answer it.
        const error = new ToriiAuthError('token_expired', 'thrown by the app');
        if (kind === 'sync') throw error;
        return Promise.reject(error);
      };
      await using server = await serve(compose(requireAuth(verifier), later));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text).message]).toEqual([500, 'thrown by the app']);
    });

    test('[37] a refusal that a handler throws, and nothing handles, is still that refusal', async () => {
      const app = new Hono();
      app.use('*', requireAuth(verifier));
      app.get('/', () => Promise.reject(new ToriiAuthError('token_expired', 'It has expired.')));
      await using server = await serve(app);
      const { status, headers, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, headers['www-authenticate'], JSON.parse(text).error.reason]).toEqual([
        401,
        expect.stringContaining('error="invalid_token"'),
        'token_expired',
      ]);
    });
  });

  test('marks its middleware, so that tools can find the guards of an app', () => {
    const app = compose(
      visit('handler') as MiddlewareHandler,
      optionalAuth(verifier),
      requireAuth(verifier),
      allow(isAdmin),
    );
    const kinds = app.routes.map(({ handler }) => Reflect.get(handler, guardKind));
    expect(kinds).toEqual([undefined, 'optionalAuth', 'requireAuth', 'allow']);
  });

  describe('onError', () => {
    test('replaces the body of refusals by requireAuth and by the allow after it', async () => {
      const onError: OnError = (denial) => ({ ...denial, body: { message: 'Please sign in' } });
      await using server = await serve(compose(requireAuth(verifier, { onError }), allow(isAdmin), visit('handler')));
      for (const [headers, status] of [
        [[], 401],
        [bearer(token), 403],
      ] as const) {
        const answer = await send(server, '/', { headers });
        expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { message: 'Please sign in' }]);
        expect(answer.headers['cache-control']).toBe('private, no-store');
      }
      expect(visits).toEqual([]);
    });

    const page = { 'content-type': 'text/html; charset=utf-8' };
    test.each<[string, OnError, number, string, string | undefined]>([
      ['a redirect', () => ({ status: 302, headers: { Location: '/sign-in' }, body: null }), 302, '', undefined],
      ['a page', () => ({ status: 401, headers: page, body: '<p>No</p>' }), 401, '<p>No</p>', page['content-type']],
      ['a text', () => ({ status: 404, headers: {}, body: 'no' }), 404, 'no', 'text/plain; charset=UTF-8'],
      ['a promise', async (denial) => ({ ...denial, body: { a: 1 } }), 401, '{"a":1}', 'application/json'],
      ['undefined', () => undefined, 401, expect.stringContaining('"reason":"token_missing"'), 'application/json'],
    ])('may return %s, and never lets the request through', async (_name, onError, status, body, type) => {
      await using server = await serve(compose(requireAuth(verifier, { onError }), visit('handler')));
      const answer = await send(server, '/');
      expect([answer.status, answer.text, answer.headers['content-type'], visits]).toEqual([status, body, type, []]);
    });

    test('without a body has no type, whatever other middleware has set', async () => {
      const html: MiddlewareHandler = (c, next) => {
        c.header('Content-Type', 'text/html');
        return next();
      };
      const onError: OnError = (denial) => ({ ...denial, body: null });
      await using server = await serve(compose(html, requireAuth(verifier, { onError })));
      const { status, headers, text } = await send(server, '/');
      expect([status, headers['content-type'], text]).toEqual([401, undefined, '']);
    });

    test.each(unusableAnswers)('that returns %s leads to the default answer and an event', async (_name, returned) => {
      const events: VerifierEvent[] = [];
      const source = createVerifier({ issuer, onEvent: (event) => events.push(event) });
      const onError = (() => returned) as OnError;
      await using server = await serve(compose(requireAuth(source, { onError }), visit('handler')));
      const { status, headers, text } = await send(server, '/');
      expect([status, JSON.parse(text), headers['www-authenticate']]).toEqual([401, missing, 'Bearer realm="torii"']);
      expect([headers['x-bad'], headers['set-cookie'], visits]).toEqual([undefined, undefined, []]);
      expect(events.map(({ type }) => type)).toEqual(['refused', 'callback_invalid']);
    });

    test('receives the error and the context, and is not called for errors that are not refusals', async () => {
      const onError = vi.fn<OnError>(() => undefined);
      const app = compose(requireAuth(verifier, { onError }));
      app.get(
        '/failing',
        allow(() => Promise.reject(new Error('app'))),
      );
      await using server = await serve(app);
      await send(server, '/failing', { headers: bearer(token) });
      expect(onError).not.toHaveBeenCalled();
      await send(server, '/x?y', { headers: bearer('a.b.c') });
      const [denial, error, c] = onError.mock.calls[0] ?? [];
      expect([denial?.status, error?.name, c?.req.query('y')]).toEqual([401, 'ToriiAuthError', '']);
    });
  });
});
