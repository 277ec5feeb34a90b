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
  // Express's own door for such additions. It also works where `express-serve-static-core` does not resolve from here.
  namespace Express {
    interface Request {
      /** Who is calling. Null where `requireAuth` or `optionalAuth` let nobody in particular through. */
      auth?: Auth | null;
    }
  }
}

/** A handler that says nothing about a route's parameters, so that `req.params.id` keeps its type behind it. */
export type Guard = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, Query, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void;

/** Says what to answer instead of a denial, or undefined to leave it. The request stays refused, whatever it says. */
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
 * Lets only signed-in callers through, and puts who they are into `req.auth`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function requireAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Request>,
): Guard {
  return guards.requireAuth(source, options);
}

/**
 * Lets callers without a token through too, with null in `req.auth`. A token that is bad is still refused.
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  options?: GuardOptions<Request>,
): Guard {
  return guards.optionalAuth(source, options);
}

/**
 * Lets a signed-in caller through where every check says `true`. Comes after `requireAuth` or `optionalAuth`, whose
 * verdict it uses and whose `onError` it answers with.
 *
 * @example
 * app.delete('/users/:id', allow((auth) => auth.organization?.role === 'org:administrator'), handler);
 *
 * @throws ToriiConfigError without a check
 */
export function allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Guard {
  return guards.allow(...checks);
}

/**
 * Who is calling, in a handler behind `requireAuth`.
 *
 * @throws ToriiConfigError where that cannot be known: no middleware ran, or nobody needs to be signed in here
 */
export function getAuth<Custom extends object = Claims>(req: { readonly auth?: unknown }): Auth<Custom> {
  return guards.getAuth(req as Request);
}

function write(res: Response, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    // Added to, since CORS and compression say `Vary` too.
    if (name.toLowerCase() === 'vary') res.vary(value);
    else res.set(name, value);
  }
  res.status(status).send(body);
}

/**
 * The path that the router goes by. Behind a mount point Express 4 swallows a second slash, also one of an absolute target:
 * then it is the path that was sent. The root of a mount is the mount itself, where no slash was sent behind it.
 */
function pathOf({ originalUrl, baseUrl, path }: Request): string {
  const [sent = ''] = originalUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('?', 1);
  if (sent.includes('//')) return sent;
  return path === '/' && sent === baseUrl ? sent : baseUrl + path;
}

/** The host with its port, as `req.host` has it in Express 5. In Express 4 that lacks the port, and warns. */
function hostOf(req: Request): string | undefined {
  const trusts: (address: string | undefined, hop: number) => boolean = req.app.get('trust proxy fn');
  const forwarded = req.get('X-Forwarded-Host');
  if (!forwarded || !trusts(req.socket.remoteAddress, 0)) return req.get('Host');
  return forwarded.split(',', 1)[0]?.trim();
}
