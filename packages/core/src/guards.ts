import { type Answer, type AnswerOtherwise, answerFor, requireOnError } from './answer.ts';
import { type Auth, type Claims, isAuth, requireOurs } from './auth.ts';
import { authorize, type Check, requireChecks } from './checks.ts';
import { ToriiConfigError } from './errors.ts';
import type { VerifierOptions } from './options/verifier-options.ts';
import { SharedMap } from './registry.ts';
import type { RequestParts } from './request/request-view.ts';
import { type Verifier, verifierFrom } from './verifier.ts';

/** Which guard a middleware is. */
export type GuardKind = 'requireAuth' | 'optionalAuth' | 'allow';

/**
 * The property of every middleware of ours that says which guard it is: a {@link GuardKind}. With it, a tool can list the routes
 * of a router that no guard protects. It is `Symbol.for('torii.guard')`, and not enumerable.
 *
 * @example
 * const kind = Reflect.get(layer.handle, guardKind);
 */
export const guardKind: unique symbol = Symbol.for('torii.guard');

/** Options of `requireAuth` and `optionalAuth`. `Request` is the framework's own. */
export interface GuardOptions<Request> {
  /** Changes the answers to refused requests: those of this middleware, and those of every `allow` behind it. */
  readonly onError?: AnswerOtherwise<Request> | undefined;
}

/** What the guards need to know of a framework. `Request` is the object that the framework keeps for one request. */
export interface GuardAdapter<Request extends object, Middleware extends object> {
  /** Where an app finds the Auth, such as `req.auth`, for messages. */
  readonly place: string;
  /** The request as the framework's own router reads it. */
  describe(request: Request): RequestParts;
  /** What is stored at `place`, whoever stored it. */
  read(request: Request): unknown;
  /** Stores at `place` who is calling, or null. */
  write(request: Request, auth: Auth | null): void;
  /** The guard as a middleware of the framework. */
  toMiddleware(guard: Guard<Request>): Middleware;
}

/** Decides about a request, and takes one of the steps. Undefined if the request has been answered meanwhile. */
export type Guard<Request> = <Result>(request: Request, steps: GuardSteps<Result>) => Promise<Result | undefined>;

/** What a framework does once a guard has decided. */
export interface GuardSteps<Result> {
  /** Goes on to the next handler. What that throws is the framework's. */
  pass(): Result | Promise<Result>;
  /** Writes the answer to a refused request. */
  answer(answer: Answer): Result | Promise<Result>;
  /** Hands an error to the framework's error handling. */
  fail(error: object): Result | Promise<Result>;
  /** Node's response, if another handler may answer before the guard has decided. */
  readonly response?: ResponseProgress;
}

/** How much of a response has been sent. */
export interface ResponseProgress {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
}

/** The guards of one framework. */
export interface Guards<Request, Middleware> {
  /** @throws ToriiConfigError for a wrong option */
  requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | VerifierOptions<Custom>,
    options?: GuardOptions<Request>,
  ): Middleware;
  /** @throws ToriiConfigError for a wrong option */
  optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | VerifierOptions<Custom>,
    options?: GuardOptions<Request>,
  ): Middleware;
  /** @throws ToriiConfigError without a check */
  allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Middleware;
  /** @throws ToriiConfigError if no guard ran before, or nobody is signed in */
  getAuth<Custom extends object = Claims>(request: Request): Auth<Custom>;
}

/** What is remembered of a request, beside the framework's object. */
interface RequestRecord {
  readonly onError: unknown;
}

const records: SharedMap<object, RequestRecord> = new SharedMap('requests');

/**
 * The guards of a framework, made from what only the framework knows.
 *
 * @example
 * const guards = createGuards<Request, RequestHandler>({
 *   place: 'req.auth',
 *   describe: ({ method, originalUrl, headers, host }) => ({ method, url: originalUrl, headers, host }),
 *   read: (req) => req.auth,
 *   write: (req, auth) => { req.auth = auth; },
 *   toMiddleware: (guard) => (req, res, next) =>
 *     guard(req, { pass: next, answer: (answer) => send(res, answer), fail: next, response: res }),
 * });
 */
export function createGuards<Request extends object, Middleware extends object>(
  adapter: GuardAdapter<Request, Middleware>,
): Guards<Request, Middleware> {
  function identify(kind: GuardKind, verifier: Verifier, { onError }: GuardOptions<Request> = {}): Middleware {
    const record: RequestRecord = Object.freeze({ onError: requireOnError(onError) });
    const options = Object.freeze({ optional: kind === 'optionalAuth' });
    return middleware(kind, async (request) => {
      // Before anything can fail: an `auth` that somebody else put there must not reach an error handler either.
      adapter.write(request, null);
      records.set(request, record);
      adapter.write(request, requireOurs(await verifier.authenticate(adapter.describe(request), options)));
    });
  }

  function middleware(kind: GuardKind, decide: (request: Request) => Promise<void>): Middleware {
    return Object.defineProperty(adapter.toMiddleware(guardBy(decide)), guardKind, { value: kind });
  }

  // Null was written by requireAuth or optionalAuth, and means that nobody is signed in. Undefined means that neither ran.
  function authOf<Custom extends object>(found: unknown, option: string): Auth<Custom> {
    if (isAuth(found)) return found as Auth<Custom>;
    const { place } = adapter;
    const problem =
      found === null
        ? `\`${place}\` is null: this route also serves callers who are not signed in. Handle null, or put requireAuth before this handler.`
        : `\`${place}\` was not set by requireAuth or optionalAuth. Put requireAuth({ issuer }) before this handler.`;
    throw new ToriiConfigError(option, problem);
  }

  return Object.freeze({
    requireAuth: (source, options) => identify('requireAuth', verifierFrom(source), options),
    optionalAuth: (source, options) => identify('optionalAuth', verifierFrom(source), options),
    allow: (...checks) => {
      const list = requireChecks(checks, 'allow');
      return middleware('allow', async (request) => {
        const found = adapter.read(request);
        await authorize(found === null ? null : authOf(found, 'allow'), adapter.describe(request), list);
      });
    },
    getAuth: (request) => authOf(adapter.read(request), 'getAuth'),
  } satisfies Guards<Request, Middleware>);
}

function guardBy<Request extends object>(decide: (request: Request) => Promise<void>): Guard<Request> {
  return async (request, steps) => {
    try {
      await decide(request);
    } catch (error) {
      return refuse(error, request, steps);
    }
    // Another handler, such as a time limit, may have answered. Then the connection may already serve the next request.
    if (steps.response?.writableEnded) return undefined;
    // Outside the try: what a later handler throws is not ours to answer.
    return steps.pass();
  };
}

async function refuse<Request extends object, Result>(
  error: unknown,
  request: Request,
  { answer, fail, response }: GuardSteps<Result>,
): Promise<Result | undefined> {
  try {
    const refusal = await answerFor(error, request, onErrorOf(request));
    if (response?.writableEnded) return undefined;
    if (response?.headersSent) throw error;
    return await answer(refusal);
  } catch (failure) {
    return fail(errorFrom(failure));
  }
}

function onErrorOf<Request extends object>(request: Request): AnswerOtherwise<Request> | undefined {
  const onError = (records.get(request) as RequestRecord | undefined)?.onError;
  return typeof onError === 'function' ? (onError as AnswerOtherwise<Request>) : undefined;
}

/**
 * What to hand to a framework's error handling. Express takes undefined, 'route' and 'router' for "go on", and Koa takes null for
 * no error, but a check may throw anything: only objects are handed on as they are.
 */
export function errorFrom(thrown: unknown): object {
  if (typeof thrown === 'object' && thrown !== null) return thrown;
  return new Error('A check or onError threw a non-Error value: see `cause`.', { cause: thrown });
}
