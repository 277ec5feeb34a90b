import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { expectTypeOf, test } from 'vitest';
import { currentAuth, keepCurrentAuth } from '../src/current-auth.ts';
import {
  type Auth,
  type AuthVariables,
  allow,
  type Check,
  createVerifier,
  type GuardedAuth,
  getAuth,
  getToken,
  optionalAuth,
  requireAuth,
} from '../src/index.ts';

const issuer = 'https://acme.torii.test';
const isPaid: Check<{ plan: string }> = (auth) => auth.raw.plan === 'paid';

test('an app that declares the variables knows the type of c.var.auth and c.get', () => {
  const app = new Hono<{ Variables: AuthVariables; Bindings: { KEY: string } }>();
  app.use(requireAuth({ issuer: process.env['TORII_ISSUER'] }));
  app.use('/admin/*', optionalAuth({ issuer }));
  app.get('/users/:id', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<GuardedAuth | null>();
    expectTypeOf(c.get('auth')).toEqualTypeOf<GuardedAuth | null>();
    expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
    expectTypeOf(c.env.KEY).toEqualTypeOf<string>();
    // @ts-expect-error: the caller may not be signed in
    c.var.auth.userId;
    // @ts-expect-error: only a verifier can create an Auth
    c.set('auth', { userId: 'admin' });
    return c.text(getAuth(c).userId);
  });
});

test('routes that are chained after a guard know the type without a declaration', () => {
  new Hono().use(requireAuth({ issuer })).get('/', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<GuardedAuth | null>();
    return c.text('');
  });
  new Hono().get('/users/:id', optionalAuth({ issuer }), (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<GuardedAuth | null>();
    expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
    return c.text('');
  });
});

test('after allow, the caller is signed in', () => {
  new Hono().get(
    '/users/:id',
    requireAuth({ issuer }),
    allow(() => true),
    (c) => {
      expectTypeOf(c.var.auth.userId).toEqualTypeOf<string>();
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
      return c.json({ id: c.var.auth.userId });
    },
  );
});

test('the guards are accepted wherever Hono accepts middleware', () => {
  expectTypeOf(requireAuth({ issuer })).toExtend<MiddlewareHandler>();
  expectTypeOf(allow(() => true)).toExtend<MiddlewareHandler>();
  const sub = new Hono().use('*', requireAuth({ issuer }), allow(isPaid));
  new Hono<{ Variables: { tenant: string } }>()
    .use(async (_c, next) => next())
    .use('/api/*', requireAuth({ issuer }))
    .route('/sub', sub)
    .on(['GET', 'POST'], '/both', requireAuth({ issuer }), (c) => c.text(c.var.tenant + getAuth(c).userId));
});

test('middleware of an app can call a guard with its own context', () => {
  new Hono<{ Bindings: { ISSUER: string }; Variables: { tenant: string } }>()
    .use((c, next) => requireAuth({ issuer: c.env.ISSUER })(c, next))
    .use('/admin/*', (c, next) => allow(() => true)(c, next));
});

test('getAuth and getToken take the context of every app and route', () => {
  const whoIs = (c: Context) => getAuth(c).userId;
  new Hono<{ Bindings: { KEY: string } }>().get('/:id', (c) => {
    expectTypeOf(getAuth(c)).toEqualTypeOf<GuardedAuth>();
    expectTypeOf(getAuth(c)).toExtend<Auth>();
    expectTypeOf(getAuth<{ plan: string }>(c).raw.plan).toEqualTypeOf<string>();
    expectTypeOf(getToken(c)).toEqualTypeOf<string>();
    // @ts-expect-error: TypeScript cannot know whether the guard hands out the token
    getAuth(c).token.length;
    // @ts-expect-error: an Auth cannot be changed
    getAuth(c).userId = 'admin';
    // @ts-expect-error: a context is required
    getToken();
    // @ts-expect-error: not the request
    getAuth(c.req);
    return c.text(whoIs(c));
  });
});

test('claims of a token template are typed if a type argument names them, or a check does', () => {
  requireAuth(createVerifier<{ plan: string }>({ issuer, checks: [isPaid] }));
  new Hono()
    .use(requireAuth({ issuer, checks: [isPaid] }))
    .get('/', (c) => c.text(c.var.auth?.raw.plan ?? ''))
    .get('/paid', allow(isPaid), (c) => c.text(c.var.auth.raw.plan));
});

test('options that would let every request through do not compile', () => {
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
  // @ts-expect-error: only a guard can have the option
  createVerifier({ issuer, exposeToken: true });
});

test('onError gets the context of Hono', () => {
  requireAuth({ issuer }, { onError: (denial, error, c) => ({ ...denial, body: { is: error.code, at: c.req.path } }) });
});

test('keepCurrentAuth changes no types of the routes after it', () => {
  new Hono<{ Bindings: { KEY: string } }>()
    .use(requireAuth({ issuer }))
    .use(keepCurrentAuth())
    .get('/:id', keepCurrentAuth(), (c) => {
      expectTypeOf(c.var.auth).toEqualTypeOf<GuardedAuth | null>();
      expectTypeOf(c.env.KEY).toEqualTypeOf<string>();
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
      return c.text('');
    });
  new Hono<{ Variables: AuthVariables }>().use('/a/*', keepCurrentAuth());
  // @ts-expect-error: it takes no options
  keepCurrentAuth({ issuer });
});

test('currentAuth has the claims of its type argument, and is null only if the call allows it', () => {
  expectTypeOf(currentAuth()).toEqualTypeOf<GuardedAuth>();
  expectTypeOf(currentAuth<{ plan: string }>().raw.plan).toEqualTypeOf<string>();
  expectTypeOf(currentAuth({ optional: true })).toEqualTypeOf<GuardedAuth | null>();
  expectTypeOf(currentAuth({ optional: false })).toEqualTypeOf<GuardedAuth>();
  // @ts-expect-error: there is no such option
  currentAuth({ required: true });
});
