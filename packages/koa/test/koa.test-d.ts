import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { expectTypeOf, test } from 'vitest';
import { type Auth, allow, type Check, createVerifier, getAuth, optionalAuth, requireAuth } from '../src/index.ts';

const issuer = 'https://acme.torii.test';
const app = new Koa();

test('middleware goes wherever Koa takes one', () => {
  app.use(requireAuth({ issuer: process.env['TORII_ISSUER'] })).use(allow(() => true));
  new Koa<{ tenant: string }>().use(optionalAuth({ issuer })).use((ctx) => void getAuth(ctx));
  new Router().get(
    '/users/:id',
    requireAuth({ issuer }),
    allow(() => true),
    (ctx) => {
      expectTypeOf(getAuth(ctx)).toEqualTypeOf<Auth>();
    },
  );
  expectTypeOf(requireAuth({ issuer })).toExtend<Middleware>();
});

test('ctx.state.auth may be nobody', () => {
  app.use((ctx) => {
    expectTypeOf(ctx.state.auth).toEqualTypeOf<Auth | null | undefined>();
    // @ts-expect-error: nobody may be signed in
    ctx.state.auth.userId;
    // @ts-expect-error: only our middleware makes an Auth
    ctx.state.auth = { userId: 'admin' };
  });
});

test('claims of a token template are typed where they are named', () => {
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

test('what would let everybody in does not compile', () => {
  // @ts-expect-error: without a check
  allow();
  // @ts-expect-error: a role is no check
  allow('org:administrator');
  // @ts-expect-error: a check answers true or false
  allow((auth) => auth.organization?.role);
  // @ts-expect-error: the issuer is not optional
  requireAuth({});
  // @ts-expect-error: onError is not an option of the verifier
  requireAuth({ issuer, onError: () => undefined });
  // @ts-expect-error: an answer has a status and headers
  requireAuth({ issuer }, { onError: () => ({ body: {} }) });
});
