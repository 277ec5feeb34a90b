import type { Auth, Check, Claims, Verifier, VerifierOptions } from '@torii/core';
import { type Answer, type AnswerOtherwise, createGuards, type GuardOptions } from '@torii/core/adapter';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

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

declare global {
  // Extend this global namespace instead of the module `express-serve-static-core`: with pnpm or Yarn PnP, TypeScript
  // may not find that module from this package.
  namespace Express {
    interface Request {
      /**
       * The caller. `null` if the caller is signed out: the path is public, the request is an allowed preflight, or
       * `optionalAuth` found no token. `undefined` if neither `requireAuth` nor `optionalAuth` ran.
       */
      auth?: Auth | null;
    }
  }
}

/** A middleware that fits every route. The handlers after it keep their own types, such as that of `req.params.id`. */
export type Guard = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, Query, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void;

/** Returns the response to send instead of a denial, or `undefined` to send the denial. The request is always refused. */
export type OnError = AnswerOtherwise<Request>;

const guards = createGuards<Request, Guard>({
  place: 'req.auth',
  describe: (req) => ({ method: req.method, host: hostOf(req), path: pathOf(req), headers: req.headers, req }),
  read: (req) => req.auth,
  write(req, auth) {
    req.auth = auth;
  },
  toMiddleware(guard) {
    const handler: RequestHandler = (req, res, next) =>
      guard(req, { pass: next, answer: (answer) => write(res, answer), fail: next, response: res });
    return handler as Guard;
  },
});

/**
 * Refuses requests without a valid token. Stores the caller in `req.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Request>,
): Guard {
  return guards.requireAuth(source, options);
}

/**
 * Like `requireAuth`, but requests without a token continue, with `null` in `req.auth`. An invalid token is still refused.
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Request>,
): Guard {
  return guards.optionalAuth(source, options);
}

/**
 * Refuses callers unless every check returns `true`. Must run after `requireAuth` or `optionalAuth`: `allow` uses the caller
 * and the `onError` option of that guard.
 *
 * @example
 * app.delete('/users/:id', allow((auth) => auth.organization?.role === 'org:administrator'), handler);
 *
 * @throws ToriiConfigError if there is no check, or a check is not a function
 */
export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard {
  return guards.allow(...checks);
}

/**
 * Returns the caller, in a handler that runs after `requireAuth`.
 *
 * @throws ToriiConfigError if neither `requireAuth` nor `optionalAuth` ran, or `req.auth` is `null`
 */
export function getAuth<Custom extends object = Claims>(req: { readonly auth?: unknown }): Auth<Custom> {
  return guards.getAuth(req as Request);
}

function write(res: Response, { status, headers: { Vary = '', ...headers }, body }: Answer): void {
  // Add to `Vary` instead of replacing it, because CORS and compression middleware set it too.
  res.set(headers).vary(Vary).status(status).send(body);
}

// Returns the path that Express's routers match, including the mount paths that Express removes from `req.path`.
function pathOf({ originalUrl, baseUrl, path }: Request): string {
  const [sent = ''] = originalUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('?', 1);
  // Use the path as sent, because Express 4 drops a slash in mounted routers: `/docs//x` becomes `/docs` and `/x`.
  if (sent.includes('//')) return sent;
  // Add no slash that was not sent: at the root of a mounted router, `path` is always `/`.
  return path === '/' && sent === baseUrl ? sent : baseUrl + path;
}

// Returns the host with its port, like `req.host` in Express 5. In Express 4, `req.host` omits the port.
function hostOf(req: Request): string | undefined {
  const trusts: (address: string | undefined, hop: number) => boolean = req.app.get('trust proxy fn');
  const forwarded = req.get('X-Forwarded-Host');
  if (!forwarded || !trusts(req.socket.remoteAddress, 0)) return req.get('Host');
  return forwarded.split(',', 1)[0]?.trim();
}
