import { type Auth, type Check, type Claims, ToriiConfigError, type Verifier } from '@torii/core';
import {
  type Answer,
  type AnswerOtherwise,
  createGuards,
  type GuardedAuth,
  type GuardedVerifierOptions,
  type GuardOptions,
} from '@torii/core/adapter';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failReply, ReplyProgress, sendAnswer } from './reply.ts';
import { noteGuarded } from './require-guard.ts';

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
export { requireGuard } from './require-guard.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The verified caller. `null` if the request was let through without one: its path is public, it is a CORS
     * preflight that `allowPreflight` lets through, or `optionalAuth` found no token. `undefined` if neither
     * `requireAuth` nor `optionalAuth` ran.
     */
    auth: GuardedAuth | null | undefined;
  }
}

/**
 * A hook for `onRequest`, `preValidation` or `preHandler`, of an app, a plugin or a route. Accepts the requests of every app: over
 * HTTP/2, with other loggers, and with types of its routes.
 */
export type Guard = (
  request: { readonly raw: object; readonly headers: object },
  reply: { readonly raw: object; readonly request: object },
  done: (error?: Error) => void,
) => void;

/**
 * Returns the response to send to a refused request, or `undefined` to send the default response. It cannot let the
 * request through.
 */
export type OnError = AnswerOtherwise<FastifyRequest>;

const guards = createGuards<FastifyRequest, Guard>({
  place: 'request.auth',
  describe: (request) => ({
    method: request.method,
    // Not a getter: defining one for each request takes as long as reading a token from the cache.
    host: forwardedHost(request),
    path: pathOf(request),
    headers: request.headers,
    req: request.raw,
  }),
  read: (request) => request.auth,
  write(request, auth) {
    request.auth = auth;
  },
  // Not an async hook: Fastify would run the handler of a refused request if the client disconnects while an `onSend` hook of
  // the app waits.
  toMiddleware: (guard) => (given, response, done) => {
    requireHook(given, response, done);
    const [request, reply] = [given as FastifyRequest, response as FastifyReply];
    const pass = () => {
      noteGuarded(request);
      done();
    };
    const answer = (answer: Answer) => sendAnswer(reply, answer);
    const failed = (error: object) => failReply(reply, error, done);
    void guard(request, { pass, answer, fail: failed, response: new ReplyProgress(reply) }).catch(failed);
  },
});

/**
 * Creates a hook that refuses requests without a valid token and stores the verified caller in `request.auth`.
 *
 * @example
 * app.addHook('onRequest', requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<FastifyRequest>,
): Guard {
  return named('requireAuth', guards.requireAuth(source, options));
}

/**
 * Like `requireAuth`, but a request without a token continues, with `null` in `request.auth`. An invalid token is refused.
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<FastifyRequest>,
): Guard {
  return named('optionalAuth', guards.optionalAuth(source, options));
}

/**
 * Creates a hook that refuses a caller unless every check returns `true`. Must run after `requireAuth` or `optionalAuth`,
 * because it uses the caller and the `onError` option of that guard.
 *
 * @example
 * app.delete('/users/:id', { onRequest: allow((auth) => auth.organization?.role === 'org:administrator') }, handler);
 *
 * @throws ToriiConfigError if no check is given, or if one is not a function or is a guard
 */
export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard {
  return named('allow', guards.allow(...checks));
}

/**
 * Returns the verified caller of a request. For handlers that run after `requireAuth`.
 *
 * @throws ToriiConfigError if neither `requireAuth` nor `optionalAuth` ran, if `request.auth` is `null`, or if it is used as a
 * hook or handler
 */
export function getAuth<Custom extends object = Claims>(request: { readonly auth?: unknown }): GuardedAuth<Custom>;
export function getAuth(request: { readonly auth?: unknown }, reply?: unknown): Auth {
  return guards.getAuth(request as FastifyRequest, reply);
}

/**
 * Returns the verified token of a request, for calls to your own services. For handlers that run after a guard with
 * `exposeToken: true`. `request.auth.token` is the same token, but `undefined` if the guard does not have the option.
 *
 * @example
 * app.addHook('onRequest', requireAuth({ issuer: process.env.TORII_ISSUER, exposeToken: true }));
 * app.get('/orders', async (request) => {
 *   const orders = await fetch(ordersUrl, { headers: { Authorization: `Bearer ${getToken(request)}` } });
 *   return orders.json();
 * });
 *
 * @throws ToriiConfigError if no guard ran, if the guard does not have `exposeToken: true`, or if `request.auth` is `null`
 */
export function getToken(request: { readonly auth?: unknown }): string;
export function getToken(request: { readonly auth?: unknown }, reply?: unknown): string {
  return guards.getToken(request as FastifyRequest, reply);
}

// `app.printRoutes({ includeHooks: true })` shows the names of hooks.
function named(name: string, guard: Guard): Guard {
  return Object.defineProperty(guard, 'name', { value: name });
}

// The other hooks run after the handler, or would wait forever. A promise is not enough to continue: see `toMiddleware`.
function requireHook(request: unknown, reply: unknown, done: unknown): void {
  if (typeof done === 'function' && Reflect.get(Object(reply), 'request') === request) return;
  const places = "app.addHook('onRequest', guard) or app.get(path, { onRequest: [guard] }, handler)";
  throw new ToriiConfigError('guard', `A guard is a hook for onRequest, preValidation or preHandler. Write ${places}.`);
}

// Returns `undefined` (unknown) if `rewriteUrl` or other code changed the URL. A request whose path is unknown is never treated
// as public. Core also treats the path of an absolute target (`GET http://host/path`) as unknown.
function pathOf({ raw }: FastifyRequest): string | undefined {
  const sent: unknown = Reflect.get(raw, 'originalUrl') ?? raw.url;
  return sent === raw.url ? raw.url : undefined;
}

// Returns the host that a trusted proxy (`trustProxy`) has forwarded: of a list, the last entry, which the nearest proxy has
// written. `undefined` if `request.host` is the host that the request itself names.
function forwardedHost({ host, raw }: FastifyRequest): string | undefined {
  return host === (raw.headers.host ?? raw.headers[':authority'] ?? '') ? undefined : host;
}
