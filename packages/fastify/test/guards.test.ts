import { guardKind } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import { type FastifyInstance, type FastifyRequest, type FastifyServerOptions, fastify } from 'fastify';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, type Listening, listen, send } from '../../../scripts/http-exchange.ts';
import {
  allow,
  type Check,
  createVerifier,
  type Guard,
  getAuth,
  getToken,
  optionalAuth,
  requireAuth,
  ToriiAuthError,
  ToriiConfigError,
  type Verifier,
} from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer });
const token = await torii.token({ userId: 'ada' });
const adminToken = await torii.token({ userId: 'root', organization: { id: 'acme', role: 'org:administrator' } });
const authorization = `Bearer ${token}`;
const realAuth = await verifier.verify(adminToken);
const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
const forged = { userId: 'admin', organization: { id: 'org', role: 'org:administrator' } };

let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

const handler = async (request: FastifyRequest) => {
  visits.push(request.url);
  return { userId: request.auth?.userId ?? null };
};

/** An app with these `onRequest` hooks, whose only handler answers every path. Its errors name their class. */
function appOf(...hooks: readonly (Guard | ((request: FastifyRequest) => Promise<void>))[]): FastifyInstance {
  const app = fastify();
  for (const hook of hooks) app.addHook('onRequest', hook as Guard);
  app.setErrorHandler<Error & { option?: string }>(({ name, message, option }, request, reply) =>
    reply.code(500).send({ app: name, option, message, auth: request.auth ?? null }),
  );
  app.all('/*', handler);
  return app;
}

const serve = async (app: FastifyInstance): Promise<Listening> => {
  await app.ready();
  return listen((request, response) => app.routing(request, response));
};

test('requireAuth lets a caller with a valid token through, and gives the handler the user', async () => {
  const app = fastify();
  app.addHook('onRequest', requireAuth({ issuer, exposeToken: true }));
  app.get('/me', async (request) => ({ userId: getAuth(request).userId, isSame: getToken(request) === token }));
  const answer = await app.inject({ url: '/me', headers: { authorization } });
  expect([answer.statusCode, answer.json()]).toEqual([200, { userId: 'ada', isSame: true }]);
});

test('[15, 20] requireAuth refuses a request without a token with a bare challenge', async () => {
  const answer = await appOf(requireAuth(verifier)).inject('/me');
  expect([answer.statusCode, answer.json(), visits]).toEqual([
    401,
    { error: { code: 'authentication_failed', reason: 'token_missing', message: 'No token was sent.' } },
    [],
  ]);
  expect(answer.headers).toMatchObject({
    'www-authenticate': 'Bearer realm="torii"',
    'cache-control': 'private, no-store',
    vary: 'Authorization, Cookie',
    'content-type': 'application/json; charset=utf-8',
  });
});

test.each(['onRequest', 'preValidation', 'preHandler'] as const)(
  'the guards are hooks for %s of a route',
  async (on) => {
    const app = fastify();
    app.post('/:id', { [on]: [requireAuth(verifier), allow(isAdmin)] }, handler);
    const ask = (sent?: string) =>
      app.inject({ method: 'POST', url: '/1', payload: {}, headers: sent ? { authorization: `Bearer ${sent}` } : {} });
    expect([(await ask()).statusCode, (await ask(token)).statusCode, visits]).toEqual([401, 403, []]);
    expect((await ask(adminToken)).json()).toEqual({ userId: 'root' });
  },
);

test('a guard in onRequest refuses before the body is read', async () => {
  const app = appOf(requireAuth(verifier));
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload: '{"broken' });
  expect([answer.statusCode, answer.json().error.reason]).toEqual([401, 'token_missing']);
});

test('[13] two Authorization headers are refused, although Node drops the second from request.headers', async () => {
  await using server = await serve(appOf(requireAuth(verifier)));
  const { status, text } = await send(server, '/', { headers: [...bearer(token), ...bearer(adminToken)] });
  expect([status, JSON.parse(text).error.reason, visits]).toEqual([401, 'header_malformed', []]);
});

// Older HTTP/2 clients of Node cannot send a second Authorization header: they lack `strictSingleValueFields`.
test.skipIf(Number.parseInt(process.versions.node, 10) < 24)(
  '[13] two Authorization headers are refused over HTTP/2 (sending them needs Node 24)',
  async () => {
    const { connect } = await import('node:http2');
    const app = fastify({ http2: true });
    app.get('/', { onRequest: requireAuth(verifier) }, async (request) => getAuth(request).userId);
    const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }), {
      ...{ strictSingleValueFields: false },
      settings: {},
    });
    const ask = async (values: readonly string[]) => {
      const raw = [':path', '/', ':method', 'GET', ':scheme', 'http', ':authority', 'app.test'];
      const stream = session.request([...raw, ...values.flatMap((value) => ['authorization', value])]);
      const status = await new Promise((resolve) => stream.once('response', (sent) => resolve(sent[':status'])));
      stream.close();
      return status;
    };
    try {
      expect(await ask([authorization])).toBe(200);
      expect(await ask([authorization, 'Bearer a.b.c'])).toBe(401);
    } finally {
      session.destroy();
      await app.close();
    }
  },
);

test('optionalAuth passes a caller without a token as signed out, and refuses an invalid token', async () => {
  const app = appOf(optionalAuth(verifier));
  expect((await app.inject('/')).json()).toEqual({ userId: null });
  expect((await app.inject({ url: '/', headers: { authorization } })).json()).toEqual({ userId: 'ada' });
  expect((await app.inject({ url: '/', headers: { authorization: 'Bearer a.b.c' } })).statusCode).toBe(401);
});

test('[12] requireAuth answers 503 while the keys are unavailable', async () => {
  await using down = await startEmulator();
  down.fail('keys');
  const headers = { authorization: `Bearer ${await down.token()}` };
  const answer = await appOf(requireAuth({ issuer: down.issuer })).inject({ url: '/', headers });
  expect([answer.statusCode, answer.json().error.reason, visits]).toEqual([503, 'keys_unavailable', []]);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test.each([false, undefined, null, 0, 1, 'yes', {}, []])(
  '[27] allow refuses if a check returns %o',
  async (verdict) => {
    const check = (() => verdict) as unknown as Check;
    const answer = await appOf(requireAuth(verifier), allow(check)).inject({ url: '/', headers: { authorization } });
    expect([answer.statusCode, answer.json().error.reason, visits]).toEqual([403, 'not_allowed', []]);
  },
);

test('allow answers like requireAuth if no one is signed in', async () => {
  const answer = await appOf(
    optionalAuth(verifier),
    allow(() => true),
  ).inject('/');
  expect([answer.statusCode, answer.json().error.reason, visits]).toEqual([401, 'token_missing', []]);
});

test('a check gets the request as it was sent', async () => {
  const check = vi.fn<Check>(() => true);
  await using server = await serve(appOf(requireAuth(verifier), allow(check)));
  const tenants = [
    ['X-Tenant', 'a'],
    ['X-Tenant', 'b'],
  ] as const;
  await send(server, '/users/%41?path=/x', { method: 'DELETE', headers: [...bearer(token), ...tenants] });
  const view = check.mock.calls[0]?.[1];
  expect(view).toMatchObject({ method: 'DELETE', host: server.host, path: '/users/%41' });
  expect(view?.headerValues('x-tenant')).toEqual(['a', 'b']);
});

describe('[17] a value that other code put into request.auth', () => {
  const forge =
    (auth: unknown = forged) =>
    async (request: FastifyRequest) =>
      void Object.assign(request, { auth });

  test.each([
    ['a public path', requireAuth({ issuer, publicPaths: ['/me'] })],
    ['optionalAuth without a token', optionalAuth(verifier)],
  ])('is replaced by null: %s', async (_name, guard) => {
    expect((await appOf(forge(), guard).inject('/me')).json()).toEqual({ userId: null });
  });

  test('is replaced by null before the app handles an error of a check', async () => {
    const broken = requireAuth({ issuer, checks: [() => Promise.reject(new Error('broken'))] });
    const answer = await appOf(forge(), broken).inject({ url: '/', headers: { authorization } });
    expect([answer.json(), visits]).toEqual([{ app: 'Error', message: 'broken', auth: null }, []]);
  });

  test.each<[string, unknown]>([
    ['an object that looks like an Auth', forged],
    ['true', true],
    ['a copy of a real Auth', { ...realAuth }],
  ])('is refused by allow and getAuth: %s', async (_name, auth) => {
    expect((await appOf(forge(auth), allow(isAdmin)).inject('/')).json().app).toBe('ToriiConfigError');
    const app = fastify();
    app.addHook('onRequest', forge(auth));
    app.get('/', async (request) => getAuth(request));
    expect([(await app.inject('/')).statusCode, visits]).toEqual([500, []]);
  });

  test('is not needed: an app may decorate the request, also with a getter', async () => {
    const app = appOf(requireAuth(verifier));
    app.decorateRequest('auth', null);
    expect((await app.inject({ url: '/', headers: { authorization } })).json()).toEqual({ userId: 'ada' });
    const fixed = appOf(requireAuth(verifier));
    fixed.decorateRequest('auth', { getter: () => forged as never });
    const answer = await fixed.inject({ url: '/', headers: { authorization } });
    expect([answer.statusCode, visits]).toEqual([500, ['/']]);
  });
});

test.each([
  ['getAuth', (request: FastifyRequest) => getAuth(request)],
  ['getToken', (request: FastifyRequest) => getToken(request)],
])('%s throws a ToriiConfigError if no guard ran, or no one is signed in', async (option, read) => {
  for (const guards of [[], [optionalAuth(verifier)]]) {
    const app = appOf(...guards);
    app.get('/read', async (request) => read(request));
    expect((await app.inject('/read')).json()).toMatchObject({ app: 'ToriiConfigError', option });
  }
});

test('allow without requireAuth answers 500, and never lets the request through', async () => {
  const answer = await appOf(allow(() => true)).inject({ url: '/', headers: { authorization } });
  expect([answer.json(), visits]).toEqual([expect.objectContaining({ app: 'ToriiConfigError', option: 'allow' }), []]);
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['a string', 'no'],
  ['a promise', new Promise(() => {})],
])('[18] a check that throws %s never lets a request through, and is answered', async (_name, thrown) => {
  const check: Check = () => {
    throw thrown;
  };
  for (const guards of [[requireAuth({ issuer, checks: [check] })], [requireAuth(verifier), allow(check)]]) {
    const app = fastify();
    app.get('/', { onRequest: guards }, handler);
    const answer = await app.inject({ url: '/', headers: { authorization } });
    expect([answer.statusCode, answer.json().error, visits]).toEqual([500, 'Internal Server Error', []]);
  }
});

test('an object that a check throws reaches the error handler as a cause, and is not sent', async () => {
  const check: Check = () => Promise.reject({ password: 'hunter2' });
  const app = fastify();
  const causes: unknown[] = [];
  app.addHook('onError', async (_request, _reply, error) => void causes.push(error.cause));
  app.get('/', { onRequest: [requireAuth(verifier), allow(check)] }, handler);
  const answer = await app.inject({ url: '/', headers: { authorization } });
  expect([answer.statusCode, answer.body, causes]).toEqual([
    500,
    expect.not.stringContaining('hunter2'),
    [{ password: 'hunter2' }],
  ]);
});

test('an error of a check reaches the error handler unchanged, frozen or not', async () => {
  for (const error of [new Error('teapot'), Object.freeze(new Error('teapot'))]) {
    const app = fastify();
    const errors: unknown[] = [];
    app.setErrorHandler((found, _request, reply) => {
      errors.push(found);
      return reply.code(418).send('teapot');
    });
    app.get('/', { onRequest: [requireAuth(verifier), allow(() => Promise.reject(error))] }, handler);
    expect((await app.inject({ url: '/', headers: { authorization } })).statusCode).toBe(418);
    expect(errors[0]).toBe(error);
  }
});

test('[37] a refusal that a handler throws is left to the app', async () => {
  const app = appOf(requireAuth(verifier));
  app.get('/thrown', async () => {
    throw new ToriiAuthError('token_expired', 'thrown by the app');
  });
  app.get('/sync', () => {
    throw new ToriiAuthError('token_expired', 'thrown by the app');
  });
  for (const url of ['/thrown', '/sync'])
    expect((await app.inject({ url, headers: { authorization } })).json()).toMatchObject({
      app: 'ToriiAuthError',
      message: 'thrown by the app',
    });
});

test('[17] the result of an object that only looks like a verifier is never used', async () => {
  const passport = { authenticate: () => () => {} } as unknown as Verifier;
  expect((await appOf(requireAuth(passport)).inject('/')).json().app).toBe('ToriiConfigError');
});

test.each<[string, FastifyServerOptions]>([
  ['with a header that is not in the request', {}],
  ['behind a proxy', { trustProxy: true }],
])('a header that a hook adds with `request.headers` counts: %s', async (_name, options) => {
  const app = fastify(options);
  app.addHook('onRequest', async (request) => {
    request.headers = { authorization };
  });
  app.addHook('onRequest', requireAuth(verifier));
  app.get('/', handler);
  expect((await app.inject('/')).json()).toEqual({ userId: 'ada' });
});

test('marks its hooks, so that tools can find the guards of an app', () => {
  const hooks = [requireAuth(verifier), optionalAuth(verifier), allow(isAdmin)];
  expect(hooks.map((hook) => [Reflect.get(hook, guardKind), hook.name])).toEqual([
    ['requireAuth', 'requireAuth'],
    ['optionalAuth', 'optionalAuth'],
    ['allow', 'allow'],
  ]);
});

test.each([
  ['no issuer', { issuer: undefined }],
  ['an unknown option', { issuer: 'https://acme.torii.test', isuer: 'typo' }],
  ['an empty list of checks', { issuer: 'https://acme.torii.test', checks: [] }],
])('a guard throws when it is created with %s', (_what, options) => {
  expect(() => requireAuth(options)).toThrow(ToriiConfigError);
  expect(() => optionalAuth(options)).toThrow(ToriiConfigError);
});
