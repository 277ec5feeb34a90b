import type { ServerResponse } from 'node:http';
import { type FastifyPluginAsync, fastify } from 'fastify';
import { expectTypeOf, test } from 'vitest';
import { currentAuth, keepCurrentAuth } from '../src/current-auth.ts';
import {
  type Auth,
  allow,
  type Check,
  createVerifier,
  type GuardedAuth,
  getAuth,
  getToken,
  optionalAuth,
  requireAuth,
  requireGuard,
} from '../src/index.ts';

const issuer = 'https://acme.torii.test';
const app = fastify();

test('the guards are accepted wherever Fastify accepts these hooks', () => {
  app.addHook('onRequest', requireAuth({ issuer: process.env['TORII_ISSUER'] }));
  app.addHook('preValidation', optionalAuth({ issuer }));
  app.addHook(
    'preHandler',
    allow(() => true),
  );
  app.addHook('onRoute', requireGuard);
  app.get<{ Params: { id: string }; Querystring: { page: number } }>(
    '/users/:id',
    { onRequest: [requireAuth({ issuer }), allow(() => true)], preHandler: allow(() => true) },
    async (request) => {
      expectTypeOf(request.params.id).toEqualTypeOf<string>();
      expectTypeOf(getAuth(request)).toEqualTypeOf<GuardedAuth>();
      expectTypeOf(getAuth(request)).toExtend<Auth>();
    },
  );
  app.route({ method: 'GET', url: '/', onRequest: requireAuth({ issuer }), handler: async () => 'ok' });
  const plugin: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', requireAuth({ issuer }));
  };
  app.register(plugin);
});

test('the guards are accepted by an app over HTTP/2, and with https', () => {
  const guarded = { onRequest: [requireAuth({ issuer }), allow(() => true)] };
  fastify({ http2: true }).get('/', guarded, async (request) => getAuth(request).userId);
  fastify({ http2: true, https: {} }).get('/', guarded, async (request) => getAuth(request).userId);
  fastify({ https: {} }).get('/', guarded, async (request) => getAuth(request).userId);
  fastify({ http2: true }).addHook('onRequest', requireAuth({ issuer }));
});

test('getToken returns a text, and request.auth has one only if the guard has the option', () => {
  app.addHook('onRequest', requireAuth({ issuer, exposeToken: true }));
  app.addHook('onRequest', requireAuth(createVerifier({ issuer }), { exposeToken: true }));
  app.get('/', async (request) => {
    expectTypeOf(getToken(request)).toEqualTypeOf<string>();
    expectTypeOf(request.auth?.token).toEqualTypeOf<string | undefined>();
    expectTypeOf(getAuth(request).token).toEqualTypeOf<string | undefined>();
    // @ts-expect-error: TypeScript cannot know whether the guard hands out the token
    getAuth(request).token.length;
    // @ts-expect-error: only a guard can add the token
    getAuth(request).token = 'other';
    // @ts-expect-error: a variable that is not set
    requireAuth({ issuer, exposeToken: undefined });
    // @ts-expect-error: a request is required
    getToken();
  });
});

test('request.auth may be null or undefined', () => {
  app.decorateRequest('auth', null);
  app.get('/', async (request) => {
    expectTypeOf(request.auth).toEqualTypeOf<GuardedAuth | null | undefined>();
    // @ts-expect-error: the caller may not be signed in
    request.auth.userId;
    // @ts-expect-error: only a verifier can create an Auth
    request.auth = { userId: 'admin' };
  });
});

test('a route can say that it needs no guard', () => {
  app.get('/health', { config: { requireGuard: false } }, async () => 'ok');
  // @ts-expect-error: a boolean
  app.get('/health', { config: { requireGuard: 'no' } }, async () => 'ok');
});

test('claims of a token template are typed if a type argument names them', () => {
  const isPaid: Check<{ plan: string }> = (auth) => auth.raw.plan === 'paid';
  requireAuth(createVerifier<{ plan: string }>({ issuer, checks: [isPaid] }));
  requireAuth({ issuer, checks: [isPaid] });
  allow(isPaid, (auth) => auth.raw.plan.length > 0);
  app.get('/', async (request) => {
    expectTypeOf(getAuth<{ plan: string }>(request).raw.plan).toEqualTypeOf<string>();
    // @ts-expect-error: an Auth cannot be changed
    getAuth(request).userId = 'admin';
  });
});

test('options and uses that would let every request through do not compile', () => {
  // @ts-expect-error: a check is required
  allow();
  // @ts-expect-error: a role is not a check
  allow('org:administrator');
  // @ts-expect-error: a check returns true or false
  allow((auth) => auth.organization?.role);
  // @ts-expect-error: the issuer is required
  requireAuth({});
  // @ts-expect-error: onError is not an option of the verifier
  requireAuth({ issuer, onError: () => undefined });
  // @ts-expect-error: a response has a status and headers
  requireAuth({ issuer }, { onError: () => ({ body: {} }) });
  // @ts-expect-error: the guard is not called
  app.addHook('onRequest', requireAuth);
  // @ts-expect-error: the response of Node is not that of Fastify
  requireAuth({ issuer })({ raw: {}, headers: {} }, {} as ServerResponse, () => {});
});

test('keepCurrentAuth is a plugin of every app', () => {
  app.register(keepCurrentAuth);
  fastify({ http2: true }).register(keepCurrentAuth);
  fastify({ https: {} }).register(keepCurrentAuth);
  const plugin: FastifyPluginAsync = async (scope) => {
    await scope.register(keepCurrentAuth);
  };
  app.register(plugin);
  // @ts-expect-error: it is not a hook
  app.addHook('onRequest', keepCurrentAuth);
});

test('currentAuth has the claims of its type argument, and is null only if the call allows it', () => {
  expectTypeOf(currentAuth()).toEqualTypeOf<GuardedAuth>();
  expectTypeOf(currentAuth<{ plan: string }>().raw.plan).toEqualTypeOf<string>();
  expectTypeOf(currentAuth({ optional: true })).toEqualTypeOf<GuardedAuth | null>();
  expectTypeOf(currentAuth({ optional: false })).toEqualTypeOf<GuardedAuth>();
  // @ts-expect-error: there is no such option
  currentAuth({ required: true });
});
