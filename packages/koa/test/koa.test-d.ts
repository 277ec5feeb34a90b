import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
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
} from '../src/index.ts';

const issuer = 'https://acme.torii.test';
const app = new Koa();

test('the guards are accepted wherever Koa accepts middleware', () => {
  app.use(requireAuth({ issuer: process.env['TORII_ISSUER'] })).use(allow(() => true));
  new Koa<{ tenant: string }>().use(optionalAuth({ issuer })).use((ctx) => void getAuth(ctx));
  new Router().get(
    '/users/:id',
    requireAuth({ issuer }),
    allow(() => true),
    (ctx) => {
      expectTypeOf(getAuth(ctx)).toEqualTypeOf<GuardedAuth>();
      expectTypeOf(getAuth(ctx)).toExtend<Auth>();
    },
  );
  expectTypeOf(requireAuth({ issuer })).toExtend<Middleware>();
});

test('getToken returns a text, and ctx.state.auth has one only if the guard has the option', () => {
  app.use(requireAuth({ issuer, exposeToken: true }));
  app.use(requireAuth(createVerifier({ issuer }), { exposeToken: true }));
  app.use((ctx) => {
    expectTypeOf(getToken(ctx)).toEqualTypeOf<string>();
    expectTypeOf(ctx.state.auth?.token).toEqualTypeOf<string | undefined>();
    expectTypeOf(getAuth(ctx).token).toEqualTypeOf<string | undefined>();
    // @ts-expect-error: TypeScript cannot know whether the guard hands out the token
    getAuth(ctx).token.length;
    expectTypeOf<Auth>().not.toHaveProperty('token');
    // @ts-expect-error: only a guard can add the token
    getAuth(ctx).token = 'other';
    // @ts-expect-error: only a guard can have the option
    createVerifier({ issuer, exposeToken: true });
    // @ts-expect-error: a variable that is not set
    requireAuth({ issuer, exposeToken: undefined });
    // @ts-expect-error: a context is required
    getToken();
  });
});

test('ctx.state.auth may be null or undefined', () => {
  app.use((ctx) => {
    expectTypeOf(ctx.state.auth).toEqualTypeOf<GuardedAuth | null | undefined>();
    // @ts-expect-error: the caller may not be signed in
    ctx.state.auth.userId;
    // @ts-expect-error: only a verifier can create an Auth
    ctx.state.auth = { userId: 'admin' };
  });
});

test('claims of a token template are typed if a type argument names them', () => {
  const isPaid: Check<{ plan: string }> = (auth) => auth.raw.plan === 'paid';
  requireAuth(createVerifier<{ plan: string }>({ issuer, checks: [isPaid] }));
  requireAuth({ issuer, checks: [isPaid] });
  allow(isPaid, (auth) => auth.raw.plan.length > 0);
  app.use((ctx) => {
    expectTypeOf(getAuth<{ plan: string }>(ctx).raw.plan).toEqualTypeOf<string>();
    // @ts-expect-error: an Auth cannot be changed
    getAuth(ctx).userId = 'admin';
  });
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
});

test('currentAuth has the claims of its type argument, and is null only if the call allows it', () => {
  app.use(keepCurrentAuth());
  // @ts-expect-error: it takes no options
  keepCurrentAuth({ issuer });
  expectTypeOf(currentAuth()).toEqualTypeOf<GuardedAuth>();
  expectTypeOf(currentAuth<{ plan: string }>().raw.plan).toEqualTypeOf<string>();
  expectTypeOf(currentAuth({ optional: true })).toEqualTypeOf<GuardedAuth | null>();
  expectTypeOf(currentAuth({ optional: false })).toEqualTypeOf<GuardedAuth>();
  // @ts-expect-error: there is no such option
  currentAuth({ required: true });
});
