import {
  type Auth,
  authorize,
  type Check,
  type Claims,
  isAuth,
  type RequestParts,
  ToriiConfigError,
  type Verifier,
  type VerifierOptions,
} from '@torii/core';
import {
  type AnswerOtherwise,
  answerFor,
  requireChecks,
  requireOnError,
  requireOurs,
  verifierFrom,
} from '@torii/core/adapter';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

export {
  type Auth,
  type Check,
  createVerifier,
  type Denial,
  refuse,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiUnavailableError,
  type Verifier,
  type VerifierOptions,
} from '@torii/core';
export type { Answer } from '@torii/core/adapter';

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

export interface AnswerOptions {
  /** Answers refusals otherwise: those of this middleware, and those of every `allow` behind it. */
  readonly onError?: OnError | undefined;
}

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
  { onError }: AnswerOptions = {},
): Guard {
  return identify(verifierFrom(source), false, onError);
}

/**
 * Lets callers without a token through too, with null in `req.auth`. A token that is bad is still refused.
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  { onError }: AnswerOptions = {},
): Guard {
  return identify(verifierFrom(source), true, onError);
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
  requireChecks(checks, 'allow');
  return guard(async (req) => {
    // Null is an answer of ours, that nobody is signed in; undefined is a middleware that is missing.
    const auth = req.auth === null ? null : getAuth<Custom>(req);
    await authorize(auth, describe(req), checks);
  });
}

/**
 * Who is calling, in a handler behind `requireAuth`.
 *
 * @throws ToriiConfigError where that cannot be known: no middleware ran, or nobody needs to be signed in here
 */
export function getAuth<Custom extends object = Claims>(req: { readonly auth?: unknown }): Auth<Custom> {
  if (isAuth(req.auth)) return req.auth as Auth<Custom>;
  const problem =
    req.auth === null
      ? 'Nobody is signed in, and this path lets them through. Read `req.auth`, which is null then, or put requireAuth before this route.'
      : 'Neither requireAuth nor optionalAuth ran before this handler. Put app.use(requireAuth({ issuer })) above the route.';
  throw new ToriiConfigError('getAuth', problem);
}

// What a request's own middleware was told, so that `allow` speaks with the same voice.
const voices = new WeakMap<Request, OnError | undefined>();

function identify(verifier: Verifier, optional: boolean, onError: OnError | undefined): Guard {
  requireOnError(onError);
  return guard(async (req) => {
    // First of all: whatever somebody else put there is not ours, also where this ends in an error.
    req.auth = null;
    voices.set(req, onError);
    req.auth = requireOurs(await verifier.authenticate(describe(req), { optional }));
  });
}

function guard(decide: (req: Request) => Promise<void>): Guard {
  const handler: RequestHandler = async (req, res, next) => {
    try {
      await decide(req);
    } catch (error) {
      return answer(error, req, res, next);
    }
    // Where somebody else has answered meanwhile, a time limit say, the connection may serve the next request already.
    if (!res.writableEnded) next(); // Outside the try: what a later handler throws is not ours to answer.
  };
  return handler as Guard;
}

// Never rejects: Express 4 would not notice, and the process would end.
async function answer(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
  try {
    const { status, headers, body } = await answerFor(error, req, voices.get(req));
    if (res.writableEnded) return;
    if (res.headersSent) throw error;
    for (const [name, value] of Object.entries(headers)) {
      // Added to, since CORS and compression say `Vary` too.
      if (name.toLowerCase() === 'vary') res.vary(value);
      else res.set(name, value);
    }
    res.status(status).send(body);
  } catch (failure) {
    // Express takes next(undefined), next('route') and next('router') for "go on", and a check may throw anything.
    const isObject = typeof failure === 'object' && failure !== null;
    next(isObject ? failure : new Error('A check or onError threw what is no error.', { cause: failure }));
  }
}

/** All that core gets to know of a request: what Express itself goes by. */
function describe(req: Request): RequestParts {
  const { method, headers } = req;
  return { method, host: hostOf(req), path: pathOf(req), headers, req };
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
