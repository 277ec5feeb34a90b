import type { Auth, Check, Claims, Verifier, VerifierOptions } from '@torii/core';
import { type Answer, type AnswerOtherwise, createGuards, type GuardOptions } from '@torii/core/adapter';
import type { Context, Middleware } from 'koa';

export type { Auth, Check, Denial, Verifier, VerifierOptions } from '@torii/core';
export {
  createVerifier,
  refuse,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiUnavailableError,
} from '@torii/core';
export type { Answer, GuardOptions } from '@torii/core/adapter';

declare module 'koa' {
  interface DefaultState {
    /** Who is calling. Null where `requireAuth` or `optionalAuth` let nobody in particular through. */
    auth?: Auth | null;
  }
}

/** Says what to answer instead of a denial, or undefined to leave it. The request stays refused, whatever it says. */
export type OnError = AnswerOtherwise<Context>;

const guards = createGuards<Context, Middleware>({
  place: 'ctx.state.auth',
  describe: (ctx) => ({ method: ctx.method, host: ctx.host, path: pathOf(ctx), headers: ctx.headers, req: ctx.req }),
  read: (ctx) => ctx.state.auth,
  write(ctx, auth) {
    ctx.state.auth = auth;
  },
  toMiddleware: (guard) => (ctx, next) =>
    guard(ctx, { pass: next, answer: (answer) => write(ctx, answer), fail, response: ctx.res }),
});

/**
 * Lets only signed-in callers through, and puts who they are into `ctx.state.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Context>,
): Middleware {
  return guards.requireAuth(source, options);
}

/**
 * Lets callers without a token through too, with null in `ctx.state.auth`. A token that is bad is still refused.
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Context>,
): Middleware {
  return guards.optionalAuth(source, options);
}

/**
 * Lets a signed-in caller through where every check says `true`. Comes after `requireAuth` or `optionalAuth`, whose
 * verdict it uses and whose `onError` it answers with.
 *
 * @example
 * router.delete('/users/:id', allow((auth) => auth.organization?.role === 'org:administrator'), handler);
 *
 * @throws ToriiConfigError without a check
 */
export function allow<Custom extends object = Claims>(
  ...checks: readonly [Check<Custom>, ...Check<Custom>[]]
): Middleware {
  return guards.allow(...checks);
}

/**
 * Who is calling, in a middleware behind `requireAuth`.
 *
 * @throws ToriiConfigError where that cannot be known: no middleware ran, or nobody needs to be signed in here
 */
export function getAuth<Custom extends object = Claims>(ctx: { readonly state: object }): Auth<Custom> {
  return guards.getAuth(ctx as Context);
}

function write(ctx: Context, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    // Added to, since CORS and compression say `Vary` too.
    if (name.toLowerCase() === 'vary') ctx.vary(value);
    else ctx.set(name, value);
  }
  ctx.body = body;
  ctx.status = status; // After the body, since an empty one sets a status of its own.
}

function fail(error: object): Promise<never> {
  return Promise.reject(error);
}

/**
 * The path, where it is the one that was sent. koa-mount and others change `ctx.path`, and nothing that they leave behind
 * tells a mount point from a rewritten path: then it is unknown, so that nothing is public and checks of the path refuse.
 */
function pathOf({ originalUrl, url, path }: Context): string | undefined {
  const [sent] = originalUrl.split('?', 1);
  return url === originalUrl || path === sent ? path : undefined;
}
