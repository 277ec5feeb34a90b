import type { Auth, Check, Claims, Verifier } from '@torii/core';
import {
  type AnswerOtherwise,
  createGuards,
  type GuardedAuth,
  type GuardedVerifierOptions,
  type GuardOptions,
} from '@torii/core/adapter';
import type { Context, MiddlewareHandler } from 'hono';
import { respond } from './answer.ts';
import type { AllowedVariables, AuthVariables, HonoContext, HonoMiddleware } from './hono-middleware.ts';
import { describe } from './request-parts.ts';

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
export type { AllowedVariables, AuthVariables, HonoContext, HonoMiddleware } from './hono-middleware.ts';

/**
 * Returns the response to send to a refused request, or `undefined` to send the default response. It cannot let the
 * request through.
 */
export type OnError = AnswerOtherwise<HonoContext>;

const guards = createGuards<Context, MiddlewareHandler>({
  place: "c.get('auth')",
  describe,
  // `get` is missing if `getAuth` is called with another object than the context.
  read: (c) => c.get?.('auth'),
  write: (c, auth) => c.set('auth', auth),
  toMiddleware: (guard) => (c, next) => {
    const hadResponse = c.finalized;
    // Other code, such as a time limit, has responded while the guard was waiting.
    const hasEnded = (): boolean => c.finalized && !hadResponse;
    return guard(c, {
      pass: next as () => Promise<undefined>,
      answer: (answer) => respond(c, answer),
      fail,
      response: {
        get headersSent() {
          return hasEnded();
        },
        get writableEnded() {
          return hasEnded();
        },
      },
    });
  },
});

/**
 * Creates a middleware that refuses requests without a valid token and stores the verified caller in `c.var.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<HonoContext>,
): HonoMiddleware<AuthVariables<Custom>> {
  return guards.requireAuth(source, options);
}

/**
 * Like `requireAuth`, but a request without a token continues, with `null` in `c.var.auth`. An invalid token is refused.
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<HonoContext>,
): HonoMiddleware<AuthVariables<Custom>> {
  return guards.optionalAuth(source, options);
}

/**
 * Creates a middleware that refuses a caller unless every check returns `true`. Must run after `requireAuth` or
 * `optionalAuth`, because it uses the caller and the `onError` option of that guard.
 *
 * @example
 * app.delete('/users/:id', allow((auth) => auth.organization?.role === 'org:administrator'), handler);
 *
 * @throws ToriiConfigError if no check is given, or if one is not a function or is a guard
 */
export function allow<Custom extends object = Claims>(
  ...checks: readonly [Check<Custom>, ...Check<Custom>[]]
): HonoMiddleware<AllowedVariables<Custom>> {
  return guards.allow(...checks);
}

/**
 * Returns the verified caller of a request. For handlers that run after `requireAuth`.
 *
 * @throws ToriiConfigError if neither `requireAuth` nor `optionalAuth` ran, if `c.var.auth` is `null`, or if it is used as a
 * middleware
 */
export function getAuth<Custom extends object = Claims>(c: HonoContext): GuardedAuth<Custom>;
export function getAuth(c: HonoContext, next?: unknown): Auth {
  return guards.getAuth(c, next);
}

/**
 * Returns the verified token of a request, for calls to your own services. For handlers that run after a guard with
 * `exposeToken: true`. `c.var.auth.token` is the same token, but `undefined` if the guard does not have the option.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER, exposeToken: true }));
 * app.get('/orders', async (c) => {
 *   const orders = await fetch(ordersUrl, { headers: { Authorization: `Bearer ${getToken(c)}` } });
 *   return c.json(await orders.json());
 * });
 *
 * @throws ToriiConfigError if no guard ran, if the guard does not have `exposeToken: true`, or if `c.var.auth` is `null`
 */
export function getToken(c: HonoContext): string;
export function getToken(c: HonoContext, next?: unknown): string {
  return guards.getToken(c, next);
}

function fail(error: object): never {
  // Hono passes only an `instanceof Error` to `app.onError`.
  throw error instanceof Error ? error : new Error('A non-Error value was thrown; see `cause`.', { cause: error });
}
