import Router from '@koa/router';
import type { VerifierEvent } from '@torii/core';
import { guardKind } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import Koa3, { type Middleware } from 'koa';
import mount from 'koa-mount';
import Koa2 from 'koa2';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import { unusableAnswers } from '../../../scripts/unusable-answers.ts';
import {
  allow,
  type Check,
  createVerifier,
  getAuth,
  type OnError,
  optionalAuth,
  requireAuth,
  ToriiAuthError,
  ToriiConfigError,
  type Verifier,
} from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
const forged = { userId: 'admin', organization: { id: 'org', role: 'org:administrator' } };
const missing = {
  error: { code: 'authentication_failed', reason: 'token_missing', message: expect.any(String) },
};

/** Values that a check may throw. Koa never responds if middleware rejects with null or undefined. */
const thrown: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['a string', 'no'],
];

/** The router's routes as plain Koa middleware: without the types that the router adds to the context. */
function routesOf(router: Router): Middleware {
  return router.routes() as Middleware;
}

/** A promise and the function that resolves it. */
function makeSignal() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe.each([
  // Cast, because the types of Koa 2 and 3 are incompatible. These tests use only what is the same in both.
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
])('%s', (_name, Koa) => {
  let verifier: Verifier;
  let token: string;
  let adminToken: string;
  /** Names of the handlers that ran. */
  let visits: string[];

  beforeEach(async () => {
    verifier = createVerifier({ issuer: torii.issuer });
    token = await torii.token({ userId: 'ada' });
    adminToken = await torii.token({ userId: 'root', organization: { id: 'acme', role: 'org:administrator' } });
    visits = [];
  });

  const visit =
    (name: string): Middleware =>
    (ctx) => {
      visits.push(name);
      ctx.body = { handler: name, userId: ctx.state.auth?.userId ?? null };
    };

  const answerOwnErrors: Middleware = async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: typeof error, message: JSON.stringify(error) };
      const option: unknown = error instanceof ToriiConfigError ? error.option : undefined;
      ctx.status = 500;
      ctx.body = { app: name, option, message, auth: ctx.state.auth ?? null };
    }
  };

  const forge: Middleware = (ctx, next) => {
    Object.assign(ctx.state, { auth: forged });
    return next();
  };

  /** An app that runs the middleware in order. It is silent, because Koa prints errors to the console. */
  const compose = (...middleware: readonly Middleware[]) => {
    const koa = new Koa();
    koa.silent = true;
    for (const each of middleware) koa.use(each);
    return koa;
  };
  const app = (...middleware: readonly Middleware[]) => compose(...middleware).callback();

  describe('requireAuth', () => {
    test('lets a caller with a valid token through, and gives the handler the user', async () => {
      const me: Middleware = (ctx) => {
        ctx.body = { userId: getAuth(ctx).userId };
      };
      await using server = await listen(app(requireAuth({ issuer: torii.issuer }), me));
      const { status, text } = await send(server, '/me', { headers: bearer(token) });
      expect([status, JSON.parse(text)]).toEqual([200, { userId: 'ada' }]);
    });

    test('[15] refuses a request without a token with a bare challenge', async () => {
      await using server = await listen(app(requireAuth(verifier), visit('handler')));
      const { status, headers, text } = await send(server, '/me');
      expect([status, headers['www-authenticate'], JSON.parse(text)]).toEqual([401, 'Bearer realm="torii"', missing]);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(visits).toEqual([]);
    });

    test('[13] refuses two Authorization headers, although Node drops the second from req.headers', async () => {
      await using server = await listen(app(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { headers: [...bearer(token), ...bearer(adminToken)] });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([401, 'header_malformed', []]);
    });

    test('answers HEAD without a body', async () => {
      await using server = await listen(app(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { method: 'HEAD' });
      expect([status, text, visits]).toEqual([401, '', []]);
    });

    test('[20] adds to an existing Vary, keeps CORS headers, and replaces Cache-Control', async () => {
      const cors: Middleware = (ctx, next) => {
        ctx.set({ Vary: 'Origin', 'Access-Control-Allow-Origin': 'https://app.test', 'Cache-Control': 'public' });
        return next();
      };
      await using server = await listen(app(cors, requireAuth(verifier), visit('handler')));
      const { headers } = await send(server, '/');
      expect(headers).toMatchObject({
        vary: 'Origin, Authorization, Cookie',
        'access-control-allow-origin': 'https://app.test',
        'cache-control': 'private, no-store',
      });
    });

    test('[12] answers 503 while the keys are unavailable', async () => {
      await using down = await startEmulator();
      down.fail('keys');
      await using server = await listen(app(requireAuth({ issuer: down.issuer }), visit('handler')));
      const { status, headers, text } = await send(server, '/', { headers: bearer(await down.token()) });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([503, 'keys_unavailable', []]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['www-authenticate']).toBeUndefined();
    });

    test('does not report a refusal to the app if a response has already begun', async () => {
      const seen: unknown[] = [];
      const begin: Middleware = async (ctx, next) => {
        ctx.respond = false;
        ctx.res.write('begun');
        await next().catch((error: unknown) => seen.push(error));
        ctx.res.end();
      };
      await using server = await listen(app(begin, requireAuth(verifier), visit('handler')));
      expect([(await send(server, '/')).text, visits]).toEqual(['begun', []]);
      expect(seen).toEqual([]);
    });

    test.each([
      ['no issuer', { issuer: undefined }],
      ['an unknown option', { issuer: 'https://acme.torii.test', isuer: 'typo' }],
      ['onError among the verifier options', { issuer: 'https://acme.torii.test', onError: () => undefined }],
      ['an empty list of checks', { issuer: 'https://acme.torii.test', checks: [] }],
    ])('throws when it is created with %s', (_what, options) => {
      expect(() => requireAuth(options)).toThrow(ToriiConfigError);
      expect(() => optionalAuth(options)).toThrow(ToriiConfigError);
    });
  });

  describe('[17] a value that other code put into ctx.state.auth', () => {
    test('is never the result of an object that only looks like a verifier', async () => {
      const passport = { authenticate: () => () => {} } as unknown as Verifier;
      await using server = await listen(app(answerOwnErrors, requireAuth(passport), visit('handler')));
      const { status, text } = await send(server, '/');
      expect([status, JSON.parse(text).app, visits]).toEqual([500, 'ToriiConfigError', []]);
    });

    test.each([
      ['a public path', () => requireAuth({ issuer: torii.issuer, publicPaths: ['/me'] })],
      ['optionalAuth without a token', () => optionalAuth(verifier)],
    ])('is replaced by null: %s', async (_name, middleware) => {
      await using server = await listen(app(forge, middleware(), visit('handler')));
      const answer = await send(server, '/me');
      expect([answer.status, JSON.parse(answer.text).userId]).toEqual([200, null]);
    });

    test('is replaced by null before the app handles an error of a check', async () => {
      const broken = createVerifier({ issuer: torii.issuer, checks: [() => Promise.reject(new Error('broken'))] });
      await using server = await listen(app(answerOwnErrors, forge, requireAuth(broken), visit('handler')));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text), visits]).toEqual([500, { app: 'Error', message: 'broken', auth: null }, []]);
    });

    test.each([
      ['an object that looks like an Auth', () => forged],
      ['true', () => true],
      ['a copy of a real Auth', async () => ({ ...(await verifier.verify(adminToken)) })],
      ['an object that inherits from a real Auth', async () => Object.create(await verifier.verify(adminToken))],
    ])('is refused by allow and getAuth: %s', async (_name, make) => {
      const auth: unknown = await make();
      const put: Middleware = (ctx, next) => {
        Object.assign(ctx.state, { auth });
        return next();
      };
      const router = new Router();
      router.get('/admin', allow(isAdmin), visit('admin'));
      router.get('/me', (ctx) => {
        ctx.body = { userId: getAuth(ctx).userId };
      });
      await using server = await listen(app(answerOwnErrors, put, routesOf(router)));
      for (const path of ['/admin', '/me']) {
        const { status, text } = await send(server, path);
        expect([status, JSON.parse(text).app]).toEqual([500, 'ToriiConfigError']);
      }
      expect(visits).toEqual([]);
    });
  });

  describe('optionalAuth', () => {
    test('passes a caller with a token, and a caller without one as signed out', async () => {
      await using server = await listen(app(optionalAuth(verifier), visit('handler')));
      expect(JSON.parse((await send(server, '/', { headers: bearer(token) })).text).userId).toBe('ada');
      expect(JSON.parse((await send(server, '/')).text).userId).toBeNull();
    });

    test('refuses an invalid token, and answers 503 while the keys are unavailable', async () => {
      await using down = await startEmulator();
      down.fail('keys');
      const broken = mount('/down', compose(optionalAuth({ issuer: down.issuer }), visit('down')));
      await using server = await listen(app(broken, optionalAuth(verifier), visit('handler')));
      expect((await send(server, '/', { headers: bearer('a.b.c') })).status).toBe(401);
      expect((await send(server, '/', { headers: [['Authorization', 'Basic YTpi']] })).status).toBe(401);
      expect((await send(server, '/', { headers: bearer(await torii.token({ signedBy: 'stranger' })) })).status).toBe(
        401,
      );
      expect((await send(server, '/down', { headers: bearer(await down.token()) })).status).toBe(503);
      expect(visits).toEqual([]);
    });
  });

  describe('allow', () => {
    test('[27] lets a caller through only if every check accepts', async () => {
      const router = new Router();
      router.delete(
        '/users/:id',
        allow(isAdmin, (auth) => !auth.impersonating),
        visit('deleted'),
      );
      await using server = await listen(app(requireAuth(verifier), routesOf(router)));
      const remove = async (bearerToken: string) =>
        (await send(server, '/users/1', { method: 'DELETE', headers: bearer(bearerToken) })).status;
      expect(await remove(token)).toBe(403);
      const organization = { id: 'acme', role: 'org:administrator' };
      expect(await remove(await torii.token({ organization, actor: { sub: 'support' } }))).toBe(403);
      expect(visits).toEqual([]);
      expect(await remove(adminToken)).toBe(200);
    });

    test.each([false, undefined, null, 0, 1, 'yes', {}, [], Number.NaN])(
      '[27] refuses if a check returns %o',
      async (verdict) => {
        const check = vi.fn(() => verdict) as unknown as Check;
        await using server = await listen(app(requireAuth(verifier), allow(check), visit('handler')));
        const { status, headers, text } = await send(server, '/', { headers: bearer(adminToken) });
        expect([status, JSON.parse(text).error.reason, visits]).toEqual([403, 'not_allowed', []]);
        expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
      },
    );

    test('does not verify the token again', async () => {
      const authenticate = vi.fn(verifier.authenticate);
      const counted = { ...verifier, authenticate } as Verifier;
      await using server = await listen(app(requireAuth(counted), allow(isAdmin), visit('handler')));
      expect((await send(server, '/', { headers: bearer(adminToken) })).status).toBe(200);
      expect(authenticate).toHaveBeenCalledTimes(1);
    });

    test.each([
      ['optionalAuth', () => optionalAuth(verifier)],
      ['a public path', () => requireAuth({ issuer: torii.issuer, publicPaths: ['/public'] })],
    ])('answers like requireAuth if nobody is signed in: %s', async (_name, middleware) => {
      await using server = await listen(
        app(
          middleware(),
          allow(() => true),
          visit('handler'),
        ),
      );
      const { status, headers, text } = await send(server, '/public');
      expect([status, headers['www-authenticate'], JSON.parse(text)]).toEqual([401, 'Bearer realm="torii"', missing]);
      expect(visits).toEqual([]);
    });

    test('answers 500 if neither requireAuth nor optionalAuth ran, and never lets the request through', async () => {
      await using server = await listen(
        app(
          answerOwnErrors,
          allow(() => true),
          visit('handler'),
        ),
      );
      const { status, text } = await send(server, '/', { headers: bearer(adminToken) });
      expect([status, JSON.parse(text), visits]).toEqual([
        500,
        expect.objectContaining({ app: 'ToriiConfigError', option: 'allow' }),
        [],
      ]);
    });

    test('throws without a check, and for a check that is not a function', () => {
      expect(() => Reflect.apply(allow, undefined, [])).toThrow(ToriiConfigError);
      expect(() => Reflect.apply(allow, undefined, ['org:administrator'])).toThrow(ToriiConfigError);
    });

    test('gives a check the request as Koa reads it', async () => {
      const check = vi.fn<Check>(() => true);
      const router = new Router({ prefix: '/api' });
      router.get('/users/:id', allow(check), visit('user'));
      await using server = await listen(app(requireAuth(verifier), routesOf(router)));
      await send(server, '/api/users/%41?path=/x', {
        headers: [...bearer(token), ['X-Tenant', 'a'], ['X-Tenant', 'b']],
      });
      const view = check.mock.calls[0]?.[1];
      expect(view).toMatchObject({ method: 'GET', host: server.host, path: '/api/users/%41' });
      expect(view?.headerValues('x-tenant')).toEqual(['a', 'b']);
    });
  });

  describe('getAuth', () => {
    test.each([
      ['no middleware', () => []],
      ['a public path', () => [requireAuth({ issuer: torii.issuer, publicPaths: ['/x'] })]],
    ])('throws: %s', async (_name, middleware) => {
      const me: Middleware = (ctx) => {
        ctx.body = getAuth(ctx);
      };
      await using server = await listen(app(answerOwnErrors, ...middleware(), me));
      expect(JSON.parse((await send(server, '/x')).text)).toMatchObject({
        app: 'ToriiConfigError',
        option: 'getAuth',
        message: expect.stringContaining('`ctx.state.auth`'),
      });
    });
  });

  describe('[18] errors that are not refusals', () => {
    test.each(thrown)('never let a request through, and are answered: a check that throws %s', async (_name, value) => {
      const check: Check = () => {
        throw value;
      };
      const router = new Router();
      router.get('/checks', requireAuth({ issuer: torii.issuer, checks: [check] }), visit('checks'));
      router.get('/allow', requireAuth(verifier), allow(check), visit('allow'));
      router.get(
        '/async',
        requireAuth(verifier),
        allow(() => Promise.reject(value)),
        visit('async'),
      );
      await using server = await listen(app(routesOf(router), visit('next')));
      for (const path of ['/checks', '/allow', '/async']) {
        expect([path, (await send(server, path, { headers: bearer(adminToken) })).status]).toEqual([path, 500]);
      }
      expect(visits).toEqual([]);
    });

    test('reach the error handling unchanged', async () => {
      const teapot = Object.assign(new Error('teapot'), { status: 418, expose: true });
      await using server = await listen(
        app(
          requireAuth(verifier),
          allow(() => Promise.reject(teapot)),
          visit('handler'),
        ),
      );
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, text, visits]).toEqual([418, 'teapot', []]);
    });

    test.each(['sync', 'async'])('are left to the app if later middleware throws: %s', async (kind) => {
      const later: Middleware = () => {
        // A guard would answer this error with 401. Here the app throws it, so the app must answer it.
        const error = new ToriiAuthError('token_expired', 'thrown by the app');
        if (kind === 'sync') throw error;
        return Promise.reject(error);
      };
      await using server = await listen(app(answerOwnErrors, requireAuth(verifier), later));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text).message]).toEqual([500, 'thrown by the app']);
    });
  });

  test.each([false, true])(
    '[18] does nothing if other middleware responds while a check is pending, whatever the check returns: %s',
    async (verdict) => {
      const asked = makeSignal();
      const answered = makeSignal();
      const check: Check = async () => {
        asked.resolve();
        await answered.promise;
        return verdict;
      };
      let decided: Promise<unknown> | undefined;
      const limit: Middleware = async (ctx, next) => {
        decided = next();
        await asked.promise;
        ctx.status = 503;
        ctx.body = 'too late';
      };
      const slow = requireAuth({ issuer: torii.issuer, checks: [check] });
      await using server = await listen(app(limit, slow, visit('handler')));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, text]).toEqual([503, 'too late']);
      answered.resolve();
      await expect(decided).resolves.toBeUndefined();
      expect(visits).toEqual([]);
    },
  );

  test('marks its middleware, so that tools can find the guards of an app', () => {
    const handler = visit('handler');
    const { middleware } = compose(handler, optionalAuth(verifier), requireAuth(verifier), allow(isAdmin));
    const kinds = middleware.map((each) => Reflect.get(each, guardKind));
    expect(kinds).toEqual([undefined, 'optionalAuth', 'requireAuth', 'allow']);
  });

  describe('onError', () => {
    const polite: OnError = (denial) => ({ ...denial, body: { message: 'Please sign in' } });

    test('replaces the body of refusals by requireAuth and by the allow after it', async () => {
      await using server = await listen(
        app(requireAuth(verifier, { onError: polite }), allow(isAdmin), visit('handler')),
      );
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

    test.each<[string, OnError, number, string]>([
      ['a redirect', () => ({ status: 302, headers: { Location: '/sign-in' }, body: null }), 302, ''],
      ['a page', () => ({ status: 401, headers: {}, body: '<p>No</p>' }), 401, '<p>No</p>'],
      ['a promise', async (denial) => ({ ...denial, body: { later: true } }), 401, '{"later":true}'],
      [
        'undefined, which keeps the original response',
        () => undefined,
        401,
        expect.stringContaining('"reason":"token_missing"'),
      ],
    ])('may return %s, and never lets the request through', async (_name, onError, status, body) => {
      await using server = await listen(app(requireAuth(verifier, { onError }), visit('handler')));
      const { status: answered, text } = await send(server, '/');
      expect([answered, text, visits]).toEqual([status, body, []]);
    });

    test('[20] stays uncacheable even if it leaves out the cache headers', async () => {
      const onError: OnError = () => ({ status: 404, headers: {}, body: null });
      await using server = await listen(app(requireAuth(verifier, { onError })));
      const { headers } = await send(server, '/');
      expect([headers['cache-control'], headers.vary]).toEqual(['private, no-store', 'Authorization, Cookie']);
    });

    test.each(thrown)('that throws %s leads to the error handling', async (_name, value) => {
      const onError: OnError = () => {
        throw value;
      };
      await using server = await listen(app(requireAuth(verifier, { onError }), visit('handler')));
      expect([(await send(server, '/')).status, visits]).toEqual([500, []]);
    });

    test.each(unusableAnswers)('that returns %s leads to the default answer and an event', async (_name, returned) => {
      const events: VerifierEvent[] = [];
      const source = createVerifier({ issuer: torii.issuer, onEvent: (event) => events.push(event) });
      const onError = (() => returned) as OnError;
      await using server = await listen(app(answerOwnErrors, requireAuth(source, { onError }), visit('handler')));
      const { status, headers, text } = await send(server, '/');
      expect([status, JSON.parse(text), headers['www-authenticate']]).toEqual([401, missing, 'Bearer realm="torii"']);
      expect([headers['x-bad'], headers['set-cookie'], visits]).toEqual([undefined, undefined, []]);
      expect(events.map(({ type }) => type)).toEqual(['refused', 'callback_invalid']);
    });

    test('receives the error and the context, and is not called for errors that are not refusals', async () => {
      const onError = vi.fn<OnError>(() => undefined);
      const router = new Router().get(
        '/failing',
        allow(() => Promise.reject(new Error('app'))),
      );
      await using server = await listen(app(requireAuth(verifier, { onError }), routesOf(router)));
      await send(server, '/failing', { headers: bearer(token) });
      expect(onError).not.toHaveBeenCalled();
      await send(server, '/x?y', { headers: bearer('a.b.c') });
      const [denial, error, ctx] = onError.mock.calls[0] ?? [];
      expect([denial?.status, error?.name, ctx?.originalUrl]).toEqual([401, 'ToriiAuthError', '/x?y']);
    });

    test('must be a function', () => {
      const options = { onError: 'Please sign in' as unknown as OnError };
      expect(() => requireAuth(verifier, options)).toThrow(ToriiConfigError);
    });
  });

  describe('[21] publicPaths', () => {
    // biome-ignore format: a corpus, one path per line would be too long
    const hostile = [
      '//health', '/./health', '/a/../health', '/health/../me', '/docs/../me', '/docs/..', '/docs/./me', '/docs//me',
      '/%2e%2e/health', '/docs/%2e%2e/me', '/docs%2fme', '/docs/%2fme', '/docs/..%2fme', '/docs/%5c..%5cme',
      '/docs\\..\\me', '/docs/\\me', '/health%00', '/docs/%00', '/health;x=1', '/docs/;x=1/me', '/health/', '/HEALTH',
      '/Health', '/%68ealth', '/%2568ealth', '/docs/%2561', '/docs/%ff', '/docs/%c0%af', '/docs/%zz', '/docs', '/docs/',
      '/healthy', '/me', '/me?/health', '/me#/health', '/me?x=/docs/y', '/', '/docs/%2E%2E%2Fme', '/docs/me%3b', '/docs.',
      '/health\\', '/health%20', '*', 'http://[::1]~/health',
    ];
    const publicPaths = ['/health', '/docs/*'];

    const routed = () => {
      const router = new Router().get('/health', visit('health')).get('/docs/*page', visit('docs'));
      return app(requireAuth({ issuer: torii.issuer, publicPaths }), routesOf(router), visit('rest'));
    };

    test.each(hostile)('require a token at %s', async (target) => {
      await using server = await listen(routed());
      const { status } = await send(server, target);
      expect([400, 401]).toContain(status);
      expect(visits).toEqual([]);
    });

    test.each([
      ['/health', 'health'],
      ['/health?x=1', 'health'],
      ['/docs/guide', 'docs'],
      ['/docs/a%20b', 'docs'],
      ['/docs/%C3%A6', 'docs'],
    ])('let %s through without a token', async (target, handler) => {
      await using server = await listen(routed());
      const { status } = await send(server, target);
      expect([status, visits]).toEqual([200, [handler]]);
    });

    test.each([
      ['http://other.test/health', ['health']],
      ['http://other.test/me', []],
      ['http://other.test//health', []],
      ['http://other.test/docs/..%2fme', []],
      ['http://health/', []],
    ])('read the absolute target %s as the router does', async (target, expected) => {
      await using server = await listen(routed());
      await send(server, target);
      expect(visits).toEqual(expected);
    });

    test('match the whole path before a mount, and nothing inside it', async () => {
      const guard = (...paths: readonly string[]) => requireAuth({ issuer: torii.issuer, publicPaths: paths });
      const inner = compose(guard('/ping', '/api/ping', '/api/guarded'), visit('inner'));
      const open = app(guard('/api/ping'), mount('/api', visit('api')), visit('outside'));
      const closed = app(mount('/api', inner), visit('outside'));
      const reach = async (which: ReturnType<typeof app>, target: string) => {
        await using server = await listen(which);
        visits = [];
        const { status } = await send(server, target);
        return [status, ...visits];
      };
      expect(await reach(open, '/api/ping?x=1')).toEqual([200, 'api']);
      expect(await reach(open, '/api/other')).toEqual([401]);
      expect(await reach(open, '/api//ping')).toEqual([401]);
      expect(await reach(closed, '/api/ping')).toEqual([401]);
      expect(await reach(closed, '/api/guarded')).toEqual([401]);
    });

    test.each([
      ['a first segment is cut off before a mount', '/docs/admin/users', false],
      ['the root of a mount', '/docs/admin', false],
      ['an earlier mount passed, then a segment is cut off', '/docs/admin', true],
    ])('match nothing if a part of the path was cut off: %s', async (_name, target, isStale) => {
      const passing: Middleware = (_ctx, next) => next();
      const cut: Middleware = (ctx, next) => {
        ctx.path = ctx.path.replace(/^\/[^/]+/, '') || '/';
        return next();
      };
      const guard = requireAuth({ issuer: torii.issuer, publicPaths: ['/docs/*', '/docs'] });
      const guarded = compose(guard, visit('admin'));
      const parts = isStale ? [mount('/docs', passing), cut, guard, visit('admin')] : [cut, mount('/admin', guarded)];
      await using server = await listen(app(...parts));
      expect([(await send(server, target)).status, visits]).toEqual([401, []]);
    });

    test('match the path after a mounted app that passed the request on', async () => {
      const passing: Middleware = (_ctx, next) => next();
      const apps = [mount('/api', compose(passing)), requireAuth({ issuer: torii.issuer, publicPaths: ['/api/ping'] })];
      await using server = await listen(app(...apps, visit('rest')));
      expect([(await send(server, '/api/ping?x=1')).status, visits]).toEqual([200, ['rest']]);
    });

    test.each([
      ['/health', '/me'],
      ['/public/me', '/me'],
      ['/me', '/public/me'],
      ['/me', '/health'],
    ])('match nothing if other middleware rewrote %s to %s', async (from, to) => {
      const rewrite: Middleware = (ctx, next) => {
        if (ctx.path === from) ctx.path = to;
        return next();
      };
      const guard = requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/public/*'] });
      await using server = await listen(app(rewrite, guard, visit('rest')));
      expect([(await send(server, from)).status, visits]).toEqual([401, []]);
    });
  });

  describe('[14] the Origin of a cookie request', () => {
    const origin = 'https://app.test:8443';

    test.each([
      ['the same host and port', false, [['Host', 'app.test:8443']], 200],
      ['the same host, another port', false, [['Host', 'app.test:9999']], 401],
      [
        'a forwarded host without a trusted proxy',
        false,
        [
          ['Host', 'inner.test'],
          ['X-Forwarded-Host', 'app.test:8443'],
        ],
        401,
      ],
      [
        'a forwarded host of a trusted proxy',
        true,
        [
          ['Host', 'inner.test'],
          ['X-Forwarded-Host', 'app.test:8443'],
        ],
        200,
      ],
      [
        'the first of several forwarded hosts',
        true,
        [
          ['Host', 'x.test'],
          ['X-Forwarded-Host', 'app.test:8443, b.test'],
        ],
        200,
      ],
      [
        'a forwarded host with another port',
        true,
        [
          ['Host', 'app.test:8443'],
          ['X-Forwarded-Host', 'app.test:1'],
        ],
        401,
      ],
    ] as const)('is compared with the host: %s', async (_name, proxy, hosts, status) => {
      const koa = new Koa({ proxy });
      koa.use(requireAuth({ issuer: torii.issuer, cookie: 'torii' })).use(visit('handler'));
      await using server = await listen(koa.callback());
      const headers = [['Cookie', `torii=${token}`], ['Origin', origin], ...hosts] as const;
      expect((await send(server, '/', { method: 'POST', headers })).status).toBe(status);
    });
  });
});

// Older HTTP/2 clients of Node cannot send a second Authorization header: they lack `strictSingleValueFields`.
const canSendTwo = Number.parseInt(process.versions.node, 10) >= 24;

test.skipIf(!canSendTwo)(
  '[13] refuses two Authorization headers over HTTP/2 (sending them needs Node 24)',
  async () => {
    const { connect, createServer } = await import('node:http2');
    const koa = new Koa3();
    koa.use(requireAuth({ issuer: torii.issuer })).use((ctx) => {
      ctx.body = getAuth(ctx).userId;
    });
    const server = createServer(koa.callback());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    const lenient = { strictSingleValueFields: false };
    const session = connect(`http://127.0.0.1:${address.port}`, { ...lenient, settings: {} });
    const ask = async (authorization: readonly string[]) => {
      const raw = [':path', '/', ':method', 'GET', ':scheme', 'http', ':authority', 'app.test'];
      const stream = session.request([...raw, ...authorization.flatMap((value) => ['authorization', value])]);
      const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
      stream.close();
      return status;
    };
    try {
      const value = `Bearer ${await torii.token()}`;
      expect(await ask([value])).toBe(200);
      expect(await ask([value, 'Bearer a.b.c'])).toBe(401);
    } finally {
      session.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  },
);
