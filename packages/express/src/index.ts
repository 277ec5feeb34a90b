import type { Auth, Check, Claims, RequestParts, Verifier } from '@torii/core';
import {
  type AnswerOtherwise,
  createGuards,
  type GuardedAuth,
  type GuardedVerifierOptions,
  type GuardOptions,
} from '@torii/core/adapter';
import type { Request, RequestHandler } from 'express';
import { writeAnswer } from './answer.ts';
import type { ExpressRequest } from './express-request.ts';
import type { Guard } from './guard.ts';

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
export type { ExpressRequest } from './express-request.ts';
export type { Guard } from './guard.ts';

declare global {
  // Extend this global namespace instead of the module `express-serve-static-core`: with pnpm or Yarn PnP, TypeScript
  // may not find that module from this package.
  namespace Express {
    interface Request {
      /**
       * The verified caller. `null` if the request was let through without one: its path is public, it is a CORS
       * preflight that `allowPreflight` lets through, or `optionalAuth` found no token. `undefined` if neither
       * `requireAuth` nor `optionalAuth` ran.
       */
      auth?: GuardedAuth | null;
    }
  }
}

/**
 * Returns the response to send to a refused request, or `undefined` to send the default response. It cannot let the
 * request through.
 */
export type OnError = AnswerOtherwise<ExpressRequest>;

const guards = createGuards<Request, Guard>({
  place: 'req.auth',
  describe: (req) =>
    isOfExpress(req)
      ? {
          method: req.method,
          // Not a getter: defining one for each request takes as long as reading a token from the cache.
          host: forwardedHost(req),
          path: pathOf(req),
          headers: req.headers,
          req,
        }
      : describePlain(req),
  read: (req) => req.auth,
  write(req, auth) {
    req.auth = auth;
  },
  toMiddleware(guard) {
    const handler: RequestHandler = (req, res, next) => {
      const done = guard(req, { pass: next, answer: (answer) => writeAnswer(res, answer), fail: next, response: res });
      // Restify and others take a promise that fulfills for a call of `next`: a refused request would reach the handler. Express
      // does not, and a unit test with a mock request can await the guard.
      return isOfExpress(req) || req.httpVersion === undefined ? done : undefined;
    };
    return handler as Guard;
  },
});

/**
 * Creates a middleware that refuses requests without a valid token and stores the verified caller in `req.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<ExpressRequest>,
): Guard {
  return guards.requireAuth(source, options);
}

/**
 * Like `requireAuth`, but a request without a token continues, with `null` in `req.auth`. An invalid token is refused.
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options?: GuardOptions<ExpressRequest>,
): Guard {
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
export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard {
  return guards.allow(...checks);
}

/**
 * Returns the verified caller of a request. For handlers that run after `requireAuth`.
 *
 * @throws ToriiConfigError if neither `requireAuth` nor `optionalAuth` ran, if `req.auth` is `null`, or if it is used as a
 * middleware
 */
export function getAuth<Custom extends object = Claims>(req: { readonly auth?: unknown }): GuardedAuth<Custom>;
export function getAuth(req: { readonly auth?: unknown }, next?: unknown): Auth {
  return guards.getAuth(req as Request, next);
}

/**
 * Returns the verified token of a request, for calls to your own services. For handlers that run after a guard with
 * `exposeToken: true`. `req.auth.token` is the same token, but `undefined` if the guard does not have the option.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER, exposeToken: true }));
 * app.get('/orders', async (req, res) => {
 *   const orders = await fetch(ordersUrl, { headers: { Authorization: `Bearer ${getToken(req)}` } });
 *   res.json(await orders.json());
 * });
 *
 * @throws ToriiConfigError if no guard ran, if the guard does not have `exposeToken: true`, or if `req.auth` is `null`
 */
export function getToken(req: { readonly auth?: unknown }): string;
export function getToken(req: { readonly auth?: unknown }, next?: unknown): string {
  return guards.getToken(req as Request, next);
}

// A request without an Express app: of connect, of Node's http server, of a Socket.IO engine, or a mock in a unit test. It has
// no setting `trust proxy`, so no proxy is trusted.
function isOfExpress({ app, originalUrl, baseUrl, path }: Partial<Request>): boolean {
  const texts: readonly unknown[] = [originalUrl, baseUrl, path];
  return typeof app?.get === 'function' && texts.every((text) => typeof text === 'string');
}

function describePlain(req: Request): RequestParts {
  const { method, url, originalUrl, baseUrl, headers = {} } = req;
  // node-mocks-http sets `baseUrl` to the whole URL. Nothing was cut off `url` if it is the original one.
  return { method, url, originalUrl, ...(url !== originalUrl && { baseUrl }), headers, req };
}

// Returns the request's full path, which Express matches against routes. Mounted routers cut their mount path off
// `req.path`.
function pathOf({ originalUrl, baseUrl, path }: Request): string {
  const [sent = ''] = originalUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('?', 1);
  // Return a path that contains `//` as it was sent: Express 4 drops a slash in mounted routers, so `/docs//x` becomes
  // `/docs` and `/x`.
  if (sent.includes('//')) return sent;
  // At the root of a mounted router, `path` is `/` even if the client sent no trailing slash. Do not add one then.
  return path === '/' && sent === baseUrl ? sent : baseUrl + path;
}

type Trust = (address: string | undefined, hop: number) => boolean;

// Returns the host that `req.hostname` shows, with its port, if a trusted proxy forwarded it. `undefined` if none did. `null` if
// `trust proxy` does not cover the whole list: some proxies append the host that they received to the list of the client.
function forwardedHost(req: Request): string | null | undefined {
  const forwarded = req.headers['x-forwarded-host'];
  if (forwarded === undefined) return undefined;
  const trusts: Trust | undefined = req.app.get('trust proxy fn');
  if (typeof trusts !== 'function' || !trusts(req.socket?.remoteAddress, 0)) return undefined;
  const hosts = String(forwarded).split(',');
  const [first = ''] = hosts;
  return hosts.length === 1 || isTrustedList(req, hosts.length, trusts) ? first.trim() : null;
}

// Whether every entry was appended by a trusted hop. The hops are the socket's address, then X-Forwarded-For backwards.
function isTrustedList(req: Request, length: number, trusts: Trust): boolean {
  if (req.app.get('trust proxy') === true) return true;
  const addresses = String(req.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim());
  const hops = [req.socket?.remoteAddress, ...addresses.reverse()].slice(0, length);
  return hops.length === length && hops.every((address, hop) => address !== '' && trusts(address, hop));
}
