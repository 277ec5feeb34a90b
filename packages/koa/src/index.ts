import { type Auth, type Check, type Claims, denialFor, type Verifier } from '@torii/core';
import {
  type Answer,
  type AnswerOtherwise,
  createGuards,
  type GuardedAuth,
  type GuardedVerifierOptions,
  type GuardOptions,
  routedPath,
} from '@torii/core/adapter';
import type { Context, Middleware } from 'koa';
import type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

export type {
  Actor,
  ApprovedIssuer,
  ApproveResult,
  Auth,
  AuthenticateOptions,
  AuthReason,
  Check,
  CheckResult,
  Claims,
  Decision,
  Denial,
  DenialBody,
  DenialCode,
  DenialStatus,
  FailedAnnouncement,
  Fetch,
  HeadersLike,
  InitialKeys,
  IssuerApproval,
  JSONWebKeySet,
  JWK,
  Organization,
  Reason,
  Refusal,
  RefusalDetail,
  RefusalError,
  RequestLike,
  RequestParts,
  RequestView,
  RevocableToken,
  RevocationSource,
  RevocationVerdict,
  StrictVerifierOptions,
  UnavailableReason,
  Verifier,
  VerifierEvent,
  VerifierEventListener,
  VerifierOptions,
  VerifyOptions,
} from '@torii/core';
export {
  createVerifier,
  refuse,
  reportOnly,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiRevocationError,
  ToriiUnavailableError,
} from '@torii/core';
export type { Answer, AnswerOtherwise, GuardedAuth, GuardedVerifierOptions, GuardOptions } from '@torii/core/adapter';
export type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

declare module 'koa' {
  interface DefaultState {
    /**
     * The verified caller. `null` if the request was let through without one: its path is public, it is a CORS
     * preflight that `allowPreflight` lets through, or `optionalAuth` found no token. `undefined` if neither
     * `requireAuth` nor `optionalAuth` ran.
     */
    auth?: GuardedAuth | null;
  }
}

/**
 * Returns the response to send to a refused request, or `undefined` to send the default response. It cannot let the
 * request through.
 */
export type OnError = AnswerOtherwise<KoaContext>;

const guards = createGuards<Context, Middleware>({
  place: 'ctx.state.auth',
  describe: (ctx) => ({
    method: ctx.method,
    // Not a getter: defining one for each request takes as long as reading a token from the cache.
    host: forwardedHost(ctx),
    path: pathOf(ctx),
    headers: ctx.headers ?? {},
    req: ctx.req,
  }),
  // `state` is missing if `getAuth` is called with another object than the context.
  read: (ctx) => ctx.state?.auth,
  write(ctx, auth) {
    ctx.state ??= {};
    ctx.state.auth = auth;
  },
  toMiddleware: (guard) => (ctx, next) =>
    guard(ctx, {
      pass: next,
      answer: (answer) => write(ctx, answer),
      fail: (error) => fail(ctx, error),
      response: ctx.res,
    }),
});

/**
 * Creates a middleware that refuses requests without a valid token and stores the verified caller in `ctx.state.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<KoaContext>,
): KoaMiddleware {
  return guards.requireAuth(source, options);
}

/**
 * Like `requireAuth`, but a request without a token continues, with `null` in `ctx.state.auth`. An invalid token is
 * refused.
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<KoaContext>,
): KoaMiddleware {
  return guards.optionalAuth(source, options);
}

/**
 * Creates a middleware that refuses a caller unless every check returns `true`. Must run after `requireAuth` or
 * `optionalAuth`, because it uses the caller and the `onError` option of that guard.
 *
 * @example
 * router.delete('/users/:id', allow((auth) => auth.organization?.role === 'org:administrator'), handler);
 *
 * @throws ToriiConfigError if no check is given, or if one is not a function or is a guard
 */
export function allow<Custom extends object = Claims>(
  ...checks: readonly [Check<Custom>, ...Check<Custom>[]]
): KoaMiddleware {
  return guards.allow(...checks);
}

/**
 * Returns the verified caller of a request. For middleware that runs after `requireAuth`.
 *
 * @throws ToriiConfigError if neither `requireAuth` nor `optionalAuth` ran, if `ctx.state.auth` is `null`, or if it is used as a
 * middleware
 */
export function getAuth<Custom extends object = Claims>(ctx: { readonly state: object }): GuardedAuth<Custom>;
export function getAuth(ctx: { readonly state: object }, next?: unknown): Auth {
  return guards.getAuth(ctx as Context, next);
}

/**
 * Returns the verified token of a request, for calls to your own services. For middleware that runs after a guard with
 * `exposeToken: true`. `ctx.state.auth.token` is the same token, but `undefined` if the guard does not have the option.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER, exposeToken: true }));
 * router.get('/orders', async (ctx) => {
 *   const orders = await fetch(ordersUrl, { headers: { Authorization: `Bearer ${getToken(ctx)}` } });
 *   ctx.body = await orders.json();
 * });
 *
 * @throws ToriiConfigError if no guard ran, if the guard does not have `exposeToken: true`, or if `ctx.state.auth` is `null`
 */
export function getToken(ctx: { readonly state: object }): string;
export function getToken(ctx: { readonly state: object }, next?: unknown): string {
  return guards.getToken(ctx as Context, next);
}

function write(ctx: Context, { status, headers: { Vary = '', ...headers }, body }: Answer): void {
  // Other code has taken over the response, as documented by Koa. It may already have set its headers.
  if (ctx.respond === false) return;
  // A mock in a unit test may be a plain object.
  ctx.set?.(headers);
  ctx.vary?.(Vary);
  ctx.body = body;
  ctx.status = status; // Set the status after the body, because Koa sets 204 if the body is null.
}

async function fail(ctx: Context, error: object): Promise<undefined> {
  // Other middleware has begun a response. Koa would only report the refusal as an error of the app, and end nothing.
  if (ctx.headerSent && denialFor(error) !== undefined) return undefined;
  // Koa assigns `status` to every error. If the error is frozen, that throws, and Node ends the process.
  if (Object.isExtensible(error)) throw error;
  throw new Error('A frozen error was thrown; see `cause`.', { cause: error });
}

// Returns `undefined` (unknown) if other middleware changed the path. koa-mount removes a prefix and URL rewrites
// replace the path, and this function cannot tell which one happened. A request whose path is unknown is never treated
// as public.
function pathOf(ctx: Partial<Context>): string | undefined {
  const { originalUrl, url } = ctx;
  const path = pathIn(ctx);
  return url === originalUrl ? path : routedPath(originalUrl, path);
}

// Koa throws if the client sent an absolute target that is not a valid URL.
function pathIn(ctx: Partial<Context>): string | undefined {
  try {
    return ctx.path;
  } catch {
    return undefined;
  }
}

// Returns the host that `ctx.host` shows, if a trusted proxy (`app.proxy`) forwarded it. `undefined` if none did. `null` if the
// list has more entries than there are proxies (`app.maxIpsCount`, 0 for any number): the client may have sent the first one.
// Without an app, as in a mock of a unit test, no proxy is trusted.
function forwardedHost({ app, headers }: Partial<Context>): string | null | undefined {
  const forwarded = headers?.['x-forwarded-host'];
  if (!app?.proxy || forwarded === undefined) return undefined;
  const hosts = String(forwarded).split(',');
  const [first = ''] = hosts;
  const isTrusted = hosts.length === 1 || app.maxIpsCount === 0 || hosts.length <= app.maxIpsCount;
  return isTrusted ? first.trim() : null;
}
