import type { VerifierEvent } from '@torii/core';
import { guardKind } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import express5, { type ErrorRequestHandler } from 'express';
import express4 from 'express4';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

/** Values that a check may throw, and that Express reads as "no error" or as "go on to the next route". */
const thrown: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['an empty string', ''],
  ['false', false],
  ['"route"', 'route'],
  ['"router"', 'router'],
];

/** A promise and the function that resolves it. */
function makeSignal() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe.each([
  // Cast, because the types of Express 4 and 5 are incompatible. These tests use only what is the same in both.
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('%s', (_name, express) => {
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
  afterEach(() => torii.recover());

  const visit =
    (name: string): express5.RequestHandler =>
    (req, res) => {
      visits.push(name);
      res.json({ handler: name, userId: req.auth?.userId ?? null });
    };

  const answerOwnErrors: ErrorRequestHandler = (error, req, res, _next) => {
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: JSON.stringify(error) };
    const option: unknown = error instanceof ToriiConfigError ? error.option : undefined;
    res.status(500).json({ app: name, option, message, auth: req.auth ?? null });
  };

  const forge: express5.RequestHandler = (req, _res, next) => {
    Object.assign(req, { auth: forged });
    next();
  };

  describe('requireAuth', () => {
    test('lets a caller with a valid token through, and gives the handler the user', async () => {
      const app = express().use(requireAuth({ issuer: torii.issuer }));
      app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
      await using server = await listen(app);
      const { status, text } = await send(server, '/me', { headers: bearer(token) });
      expect([status, JSON.parse(text)]).toEqual([200, { userId: 'ada' }]);
    });

    test('[15] refuses a request without a token with a bare challenge', async () => {
      await using server = await listen(express().use(requireAuth(verifier), visit('handler')));
      const { status, headers, text } = await send(server, '/me');
      expect([status, headers['www-authenticate'], JSON.parse(text)]).toEqual([401, 'Bearer realm="torii"', missing]);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(visits).toEqual([]);
    });

    test('[13] refuses two Authorization headers, although Node drops the second from req.headers', async () => {
      await using server = await listen(express().use(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { headers: [...bearer(token), ...bearer(adminToken)] });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([401, 'header_malformed', []]);
    });

    test('answers HEAD without a body', async () => {
      await using server = await listen(express().use(requireAuth(verifier), visit('handler')));
      const { status, text } = await send(server, '/', { method: 'HEAD' });
      expect([status, text, visits]).toEqual([401, '', []]);
    });

    test('[20] adds to an existing Vary, keeps CORS headers, and replaces Cache-Control', async () => {
      const app = express().use((_req, res, next) => {
        res.set({ Vary: 'Origin', 'Access-Control-Allow-Origin': 'https://app.test', 'Cache-Control': 'public' });
        next();
      });
      await using server = await listen(app.use(requireAuth(verifier), visit('handler')));
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
      const app = express().use(requireAuth({ issuer: down.issuer }), visit('handler'));
      await using server = await listen(app);
      const { status, headers, text } = await send(server, '/', { headers: bearer(await down.token()) });
      expect([status, JSON.parse(text).error.reason, visits]).toEqual([503, 'keys_unavailable', []]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['www-authenticate']).toBeUndefined();
    });

    test('passes the error to the app if a response has already begun', async () => {
      const app = express().use((_req, res, next) => {
        res.write('begun');
        next();
      });
      app.use(requireAuth(verifier), visit('handler'));
      const seen = vi.fn<ErrorRequestHandler>((_error, _req, res, _next) => void res.end());
      await using server = await listen(app.use(seen));
      const { text } = await send(server, '/');
      expect([text, visits]).toEqual(['begun', []]);
      expect(seen.mock.calls[0]?.[0]).toMatchObject({ name: 'ToriiAuthError' });
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

  describe('[17] a value that other code put into req.auth', () => {
    test.each([
      ['a public path', () => requireAuth({ issuer: torii.issuer, publicPaths: ['/me'] }), 200, null],
      ['optionalAuth without a token', () => optionalAuth(verifier), 200, null],
    ])('is replaced by null: %s', async (_name, middleware, status, userId) => {
      await using server = await listen(express().use(forge, middleware(), visit('handler')));
      const answer = await send(server, '/me');
      expect([answer.status, JSON.parse(answer.text).userId]).toEqual([status, userId]);
    });

    test('is replaced by null before the app handles an error of a check', async () => {
      const broken = createVerifier({
        issuer: torii.issuer,
        checks: [
          () => {
            throw new Error('broken');
          },
        ],
      });
      await using server = await listen(express().use(forge, requireAuth(broken), visit('handler'), answerOwnErrors));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text), visits]).toEqual([500, { app: 'Error', message: 'broken', auth: null }, []]);
    });

    test('is never the result of an object that only looks like a verifier', async () => {
      const passport = { authenticate: () => () => {} } as unknown as Verifier;
      await using server = await listen(express().use(requireAuth(passport), visit('handler'), answerOwnErrors));
      const { status, text } = await send(server, '/');
      expect([status, JSON.parse(text).app, visits]).toEqual([500, 'ToriiConfigError', []]);
    });

    test.each([
      ['an object that looks like an Auth', () => forged],
      ['true', () => true],
      ['a copy of a real Auth', async () => ({ ...(await verifier.verify(adminToken)) })],
      ['an object that inherits from a real Auth', async () => Object.create(await verifier.verify(adminToken))],
    ])('is refused by allow and getAuth: %s', async (_name, make) => {
      const auth: unknown = await make();
      const app = express().use((req, _res, next) => {
        Object.assign(req, { auth });
        next();
      });
      app.get('/admin', allow(isAdmin), visit('admin'));
      app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
      await using server = await listen(app.use(answerOwnErrors));
      for (const path of ['/admin', '/me']) {
        const { status, text } = await send(server, path);
        expect([status, JSON.parse(text).app]).toEqual([500, 'ToriiConfigError']);
      }
      expect(visits).toEqual([]);
    });
  });

  describe('optionalAuth', () => {
    test('passes a caller with a token, and a caller without one as signed out', async () => {
      await using server = await listen(express().use(optionalAuth(verifier), visit('handler')));
      expect(JSON.parse((await send(server, '/', { headers: bearer(token) })).text).userId).toBe('ada');
      expect(JSON.parse((await send(server, '/')).text).userId).toBeNull();
    });

    test('refuses an invalid token, and answers 503 while the keys are unavailable', async () => {
      await using down = await startEmulator();
      down.fail('keys');
      const app = express().use('/down', optionalAuth({ issuer: down.issuer }), visit('down'));
      await using server = await listen(app.use(optionalAuth(verifier), visit('handler')));
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
      const app = express().use(requireAuth(verifier));
      app.delete(
        '/users/:id',
        allow(isAdmin, (auth) => !auth.impersonating),
        visit('deleted'),
      );
      await using server = await listen(app);
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
        await using server = await listen(express().use(requireAuth(verifier), allow(check), visit('handler')));
        const { status, headers, text } = await send(server, '/', { headers: bearer(adminToken) });
        expect([status, JSON.parse(text).error.reason, visits]).toEqual([403, 'not_allowed', []]);
        expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
      },
    );

    test('does not verify the token again', async () => {
      const authenticate = vi.fn(verifier.authenticate);
      const counted = { ...verifier, authenticate } as Verifier;
      await using server = await listen(express().use(requireAuth(counted), allow(isAdmin), visit('handler')));
      expect((await send(server, '/', { headers: bearer(adminToken) })).status).toBe(200);
      expect(authenticate).toHaveBeenCalledTimes(1);
    });

    test('answers like requireAuth if nobody is signed in', async () => {
      const app = express().use(
        '/optional',
        optionalAuth(verifier),
        allow(() => true),
        visit('handler'),
      );
      app.use(
        requireAuth({ issuer: torii.issuer, publicPaths: ['/public'] }),
        allow(() => true),
        visit('handler'),
      );
      await using server = await listen(app);
      for (const path of ['/optional', '/public']) {
        const { status, headers, text } = await send(server, path);
        expect([status, headers['www-authenticate'], JSON.parse(text)]).toEqual([401, 'Bearer realm="torii"', missing]);
      }
      expect(visits).toEqual([]);
    });

    test('answers 500 if neither requireAuth nor optionalAuth ran, and never lets the request through', async () => {
      await using server = await listen(
        express().use(
          allow(() => true),
          visit('handler'),
          answerOwnErrors,
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

    test('gives a check the request as Express reads it', async () => {
      const check = vi.fn<Check>(() => true);
      const inner = express.Router().get('/users/:id', allow(check), visit('user'));
      await using server = await listen(express().use(requireAuth(verifier)).use('/api', inner));
      await send(server, '/api/users/%41?path=/x', {
        headers: [...bearer(token), ['X-Tenant', 'a'], ['X-Tenant', 'b']],
      });
      const view = check.mock.calls[0]?.[1];
      expect(view).toMatchObject({ method: 'GET', host: server.host, path: '/api/users/%41' });
      expect(view?.headerValues('x-tenant')).toEqual(['a', 'b']);
    });
  });

  describe('getAuth', () => {
    test('throws if no middleware ran, and on a public path', async () => {
      const app = express().get('/before', (req, res) => void res.json(getAuth(req)));
      app.use(requireAuth({ issuer: torii.issuer, publicPaths: ['/public'] }));
      app.get('/public', (req, res) => void res.json(getAuth(req)));
      await using server = await listen(app.use(answerOwnErrors));
      for (const path of ['/before', '/public']) {
        expect(JSON.parse((await send(server, path)).text)).toMatchObject({
          app: 'ToriiConfigError',
          option: 'getAuth',
          message: expect.stringContaining('`req.auth`'),
        });
      }
    });
  });

  describe('[18] errors that are not refusals', () => {
    test.each(thrown)('never let a request through: a check that throws %s', async (_name, value) => {
      const check: Check = () => {
        throw value;
      };
      const app = express();
      app.get('/checks', requireAuth({ issuer: torii.issuer, checks: [check] }), visit('checks'));
      app.get('/allow', requireAuth(verifier), allow(check), visit('allow'));
      app.get(
        '/async',
        requireAuth(verifier),
        allow(() => Promise.reject(value)),
        visit('async'),
      );
      await using server = await listen(app.use(visit('next'), answerOwnErrors));
      for (const path of ['/checks', '/allow', '/async']) {
        expect([path, (await send(server, path, { headers: bearer(adminToken) })).status]).toEqual([path, 500]);
      }
      expect(visits).toEqual([]);
    });

    test('reach the error handling unchanged', async () => {
      const teapot = { status: 418 };
      const seen = vi.fn<ErrorRequestHandler>((_error, _req, res, _next) => void res.status(500).end());
      const app = express().use(
        requireAuth(verifier),
        allow(() => Promise.reject(teapot)),
        visit('handler'),
        seen,
      );
      await using server = await listen(app);
      await send(server, '/', { headers: bearer(token) });
      expect(seen.mock.calls[0]?.[0]).toBe(teapot);
    });

    test.each(['sync', 'async'])('are left to the app if a later handler throws: %s', async (kind) => {
      const app = express().use(requireAuth(verifier));
      app.use((_req, _res, next) => {
        // A guard would answer this error with 401. Here the app throws it, so the app must answer it.
        const error = new ToriiAuthError('token_expired', 'thrown by the app');
        if (kind === 'sync') throw error;
        setImmediate(() => next(error));
      });
      await using server = await listen(app.use(answerOwnErrors));
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, JSON.parse(text).message]).toEqual([500, 'thrown by the app']);
    });

    test('do not end the process, even without an error handler', async () => {
      const app = express().set('env', 'test');
      app.use(
        requireAuth(verifier),
        allow(() => Promise.reject(new Error('late'))),
      );
      await using server = await listen(app);
      for (let i = 0; i < 3; i++) expect((await send(server, '/', { headers: bearer(token) })).status).toBe(500);
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
      const slow = requireAuth({ issuer: torii.issuer, checks: [check] });
      const errors: unknown[] = [];
      let decided: unknown;
      const app = express().use((_req, res, next) => {
        next();
        asked.promise.then(() => res.status(503).end('too late'));
      });
      app.use((req, res, next) => {
        decided = slow(req, res, next);
      }, visit('handler'));
      app.use(((error, _req, _res, next) => {
        errors.push(error);
        next(error);
      }) satisfies ErrorRequestHandler);
      await using server = await listen(app);
      const { status, text } = await send(server, '/', { headers: bearer(token) });
      expect([status, text]).toEqual([503, 'too late']);
      answered.resolve();
      await decided;
      expect([errors, visits]).toEqual([[], []]);
    },
  );

  describe('onError', () => {
    const polite: OnError = (denial) => ({ ...denial, body: { message: 'Please sign in' } });

    test('replaces the body of refusals by requireAuth and by the allow after it', async () => {
      const app = express().use(requireAuth(verifier, { onError: polite }), allow(isAdmin), visit('handler'));
      await using server = await listen(app);
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

    test('applies only if its middleware ran last, and only to that request', async () => {
      const app = express().use('/polite', requireAuth(verifier, { onError: polite }));
      app.use(requireAuth(verifier), allow(isAdmin), visit('handler'));
      await using server = await listen(app);
      const polished = await send(server, '/polite', { headers: bearer(token) });
      expect(JSON.parse(polished.text).error.reason).toBe('not_allowed');
      expect(JSON.parse((await send(server, '/', { headers: bearer(token) })).text).error.reason).toBe('not_allowed');
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
      await using server = await listen(express().use(requireAuth(verifier, { onError }), visit('handler')));
      const { status: answered, text } = await send(server, '/');
      expect([answered, text, visits]).toEqual([status, body, []]);
    });

    test('[20] stays uncacheable even if it leaves out the cache headers', async () => {
      const onError: OnError = () => ({ status: 404, headers: {}, body: null });
      await using server = await listen(express().use(requireAuth(verifier, { onError })));
      const { headers } = await send(server, '/');
      expect([headers['cache-control'], headers.vary]).toEqual(['private, no-store', 'Authorization, Cookie']);
      const keep: OnError = () => ({ status: 404, headers: { 'cache-control': 'no-cache' }, body: null });
      await using other = await listen(express().use(requireAuth(verifier, { onError: keep })));
      expect((await send(other, '/')).headers['cache-control']).toBe('no-cache');
    });

    test.each(thrown)('that throws %s leads to the error handling', async (_name, value) => {
      const onError: OnError = () => {
        throw value;
      };
      const app = express().use(requireAuth(verifier, { onError }), visit('handler'), answerOwnErrors);
      await using server = await listen(app);
      expect([(await send(server, '/')).status, visits]).toEqual([500, []]);
    });

    test.each(unusableAnswers)('that returns %s leads to the default answer and an event', async (_name, returned) => {
      const events: VerifierEvent[] = [];
      const source = createVerifier({ issuer: torii.issuer, onEvent: (event) => events.push(event) });
      const onError = (() => returned) as OnError;
      await using server = await listen(
        express().use(requireAuth(source, { onError }), visit('handler'), answerOwnErrors),
      );
      const { status, headers, text } = await send(server, '/');
      expect([status, JSON.parse(text), headers['www-authenticate']]).toEqual([401, missing, 'Bearer realm="torii"']);
      expect([headers['x-bad'], headers['set-cookie'], visits]).toEqual([undefined, undefined, []]);
      expect(events.map(({ type }) => type)).toEqual(['refused', 'callback_invalid']);
    });

    test('receives the error and the request, and is not called for errors that are not refusals', async () => {
      const onError = vi.fn<OnError>(() => undefined);
      const failing: Check = () => Promise.reject(new Error('app'));
      const app = express().use(requireAuth(verifier, { onError }));
      app.use('/failing', allow(failing), visit('failing'));
      await using server = await listen(app.use(answerOwnErrors));
      await send(server, '/failing', { headers: bearer(token) });
      expect(onError).not.toHaveBeenCalled();
      await send(server, '/x?y', { headers: bearer('a.b.c') });
      const [denial, error, req] = onError.mock.calls[0] ?? [];
      expect([denial?.status, error?.name, req?.originalUrl]).toEqual([401, 'ToriiAuthError', '/x?y']);
    });

    test('must be a function', () => {
      const options = { onError: 'Please sign in' as unknown as OnError };
      expect(() => requireAuth(verifier, options)).toThrow(ToriiConfigError);
    });
  });

  test('marks its middleware, so that tools can find the guards of a router', () => {
    const handler = visit('handler');
    const router = express.Router().use(handler, optionalAuth(verifier), requireAuth(verifier), allow(isAdmin));
    const kinds = router.stack.map(({ handle }) => Reflect.get(handle, guardKind));
    expect(kinds).toEqual([undefined, 'optionalAuth', 'requireAuth', 'allow']);
  });

  describe('[21] publicPaths', () => {
    // biome-ignore format: a corpus, one path per line would be too long
    const hostile = [
      '//health', '/./health', '/a/../health', '/health/../me', '/docs/../me', '/docs/..', '/docs/./me', '/docs//me',
      '/%2e%2e/health', '/docs/%2e%2e/me', '/docs%2fme', '/docs/%2fme', '/docs/..%2fme', '/docs/%5c..%5cme',
      '/docs\\..\\me', '/docs/\\me', '/health%00', '/docs/%00', '/health;x=1', '/docs/;x=1/me', '/health/', '/HEALTH',
      '/Health', '/%68ealth', '/%2568ealth', '/docs/%2561', '/docs/%ff', '/docs/%c0%af', '/docs/%zz', '/docs', '/docs/',
      '/healthy', '/me', '/me?/health', '/me#/health', '/me?x=/docs/y', '/', '/docs/%2E%2E%2Fme', '/docs/me%3b', '/docs.',
      '/health\\', '/health%20', '*',
    ];

    test.each(hostile)('require a token at %s', async (target) => {
      const app = express().use(requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/docs/*'] }));
      app.get('/health', visit('health')).use('/docs', visit('docs')).use(visit('rest'));
      await using server = await listen(app);
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
      const app = express().use(requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/docs/*'] }));
      app.get('/health', visit('health')).use('/docs', visit('docs')).use(visit('rest'));
      await using server = await listen(app);
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
      const app = express().use(requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/docs/*'] }));
      app.get('/health', visit('health')).use('/docs', visit('docs')).use(visit('rest'));
      await using server = await listen(app);
      await send(server, target);
      expect(visits).toEqual(expected);
    });

    test('compare the whole path, mount points included', async () => {
      const inner = express
        .Router()
        .use(requireAuth({ issuer: torii.issuer, publicPaths: ['/health', '/api/ping', '/api/v1/deep'] }));
      inner.use(
        '/v1',
        express.Router().use(requireAuth({ issuer: torii.issuer, publicPaths: ['/api/v1/deep'] }), visit('v1')),
      );
      await using server = await listen(
        express()
          .use('/api', inner.use(visit('api')))
          .use(visit('outside')),
      );
      const reach = async (target: string) => {
        visits = [];
        const { status } = await send(server, target);
        return [status, ...visits];
      };
      expect(await reach('/api/ping')).toEqual([200, 'api']);
      expect(await reach('/api/v1/deep')).toEqual([200, 'v1']);
      expect(await reach('/api/health')).toEqual([401]);
      expect(await reach('/api/v1/ping')).toEqual([401]);
      expect(await reach('/API/ping')).toEqual([401]);
      expect(await reach('/api//ping')).toEqual([401]);
      expect(await reach('/api')).toEqual([401]);
    });

    test.each(['/docs', '/docs?x'])('read the root of a mount, %s, without a trailing slash', async (target) => {
      const guard = requireAuth({ issuer: torii.issuer, publicPaths: ['/docs'] });
      await using server = await listen(express().use('/docs', guard, visit('docs')));
      expect([(await send(server, target)).status, visits]).toEqual([200, ['docs']]);
      expect((await send(server, '/docs/')).status).toBe(401);
    });

    test.each(['/docs//admin', 'http://h/docs//admin'])('do not match %s inside a mounted router', async (target) => {
      const guard = requireAuth({ issuer: torii.issuer, publicPaths: ['/docs/admin'] });
      await using server = await listen(express().use('/docs', guard, visit('docs')));
      expect([(await send(server, target)).status, visits]).toEqual([401, []]);
    });

    test('match the path that the router uses if other middleware rewrote it', async () => {
      const app = express().use((req, _res, next) => {
        if (req.url === '/health') req.url = '/me';
        next();
      });
      app.use(requireAuth({ issuer: torii.issuer, publicPaths: ['/health'] })).get('/me', visit('me'));
      await using server = await listen(app);
      expect([(await send(server, '/health')).status, visits]).toEqual([401, []]);
    });
  });

  describe('[14] the Origin of a cookie request', () => {
    const origin = 'https://app.test:8443';
    const post = (cookie: string, headers: readonly (readonly [string, string])[]) => ({
      method: 'POST',
      headers: [['Cookie', `torii=${cookie}`], ['Origin', origin], ...headers] as const,
    });

    test.each([
      ['the same host and port', false, [['Host', 'app.test:8443']], 200],
      ['the same host, another port', false, [['Host', 'app.test:9999']], 401],
      ['the same host without its port', false, [['Host', 'app.test']], 401],
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
      ['a trusted proxy that forwards no host', true, [['Host', 'app.test:8443']], 200],
    ] as const)('is compared with the host: %s', async (_name, trust, headers, status) => {
      const app = express().set('trust proxy', trust);
      app.use(requireAuth({ issuer: torii.issuer, cookie: 'torii' }), visit('handler'));
      await using server = await listen(app);
      expect((await send(server, '/', post(token, headers))).status).toBe(status);
    });
  });
});
