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
import type { Context, Middleware } from 'koa';

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

declare module 'koa' {
  interface DefaultState {
    /** Who is calling. Null where `requireAuth` or `optionalAuth` let nobody in particular through. */
    auth?: Auth | null;
  }
}

/** Says what to answer instead of a denial, or undefined to leave it. The request stays refused, whatever it says. */
export type OnError = AnswerOtherwise<Context>;

export interface AnswerOptions {
  /** Answers refusals otherwise: those of this middleware, and those of every `allow` behind it. */
  readonly onError?: OnError | undefined;
}

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
  { onError }: AnswerOptions = {},
): Middleware {
  return identify(verifierFrom(source), false, onError);
}

/**
 * Lets callers without a token through too, with null in `ctx.state.auth`. A token that is bad is still refused.
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function optionalAuth<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  { onError }: AnswerOptions = {},
): Middleware {
  return identify(verifierFrom(source), true, onError);
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
  requireChecks(checks, 'allow');
  return guard(async (ctx) => {
    // Null is an answer of ours, that nobody is signed in; undefined is a middleware that is missing.
    const auth = ctx.state.auth === null ? null : getAuth<Custom>(ctx);
    await authorize(auth, describe(ctx), checks);
  });
}

/**
 * Who is calling, in a middleware behind `requireAuth`.
 *
 * @throws ToriiConfigError where that cannot be known: no middleware ran, or nobody needs to be signed in here
 */
export function getAuth<Custom extends object = Claims>(ctx: { readonly state: object }): Auth<Custom> {
  const auth: unknown = Reflect.get(ctx.state, 'auth');
  if (isAuth(auth)) return auth as Auth<Custom>;
  const problem =
    auth === null
      ? 'Nobody is signed in, and this path lets them through. Read `ctx.state.auth`, which is null then, or put requireAuth before this route.'
      : 'Neither requireAuth nor optionalAuth ran before this middleware. Put app.use(requireAuth({ issuer })) above it.';
  throw new ToriiConfigError('getAuth', problem);
}

// What a request's own middleware was told, so that `allow` speaks with the same voice.
const voices = new WeakMap<Context, OnError | undefined>();

function identify(verifier: Verifier, optional: boolean, onError: OnError | undefined): Middleware {
  requireOnError(onError);
  return guard(async (ctx) => {
    // First of all: whatever somebody else put there is not ours, also where this ends in an error.
    ctx.state.auth = null;
    voices.set(ctx, onError);
    ctx.state.auth = requireOurs(await verifier.authenticate(describe(ctx), { optional }));
  });
}

function guard(decide: (ctx: Context) => Promise<void>): Middleware {
  return async (ctx, next) => {
    try {
      await decide(ctx);
    } catch (error) {
      return answer(error, ctx);
    }
    return next(); // Outside the try: what a later middleware throws is not ours to answer.
  };
}

async function answer(error: unknown, ctx: Context): Promise<void> {
  try {
    const { status, headers, body } = await answerFor(error, ctx, voices.get(ctx));
    if (ctx.headerSent) throw error;
    for (const [name, value] of Object.entries(headers)) {
      // Added to, since CORS and compression say `Vary` too.
      if (name.toLowerCase() === 'vary') ctx.vary(value);
      else ctx.set(name, value);
    }
    ctx.body = body;
    ctx.status = status; // After the body, since an empty one sets a status of its own.
  } catch (failure) {
    // Koa takes an error of null or undefined for none, and would never answer. A check may throw anything.
    throw failure ?? new Error('A check or onError threw what is no error.', { cause: failure });
  }
}

/** All that core gets to know of a request: what Koa itself goes by. */
function describe(ctx: Context): RequestParts {
  const { method, host, headers, req } = ctx;
  return { method, host, path: pathOf(ctx), headers, req };
}

/**
 * The path, where it is the one that was sent. koa-mount and others change `ctx.path`, and nothing that they leave behind
 * tells a mount point from a rewritten path: then it is unknown, so that nothing is public and checks of the path refuse.
 */
function pathOf({ originalUrl, url, path }: Context): string | undefined {
  const [sent] = originalUrl.split('?', 1);
  return url === originalUrl || path === sent ? path : undefined;
}
