import { type Answer, type AnswerOtherwise, answerFor, requireOnError } from './answer.ts';
import { type Auth, type Claims, isAuth, requireAuthOrNull } from './auth.ts';
import { type GuardedAuth, tokenOf, withToken } from './auth-with-token.ts';
import { authorize, type Check, requireChecks } from './checks.ts';
import { ToriiConfigError } from './errors.ts';
import { recallListener, type VerifierEventListener } from './events.ts';
import { recognize } from './logs/found-value.ts';
import { type Options, readFlag, readKnownOptions, wrongOption, wrongValue } from './options/reader.ts';
import { misplacedOption, type VerifierOptions } from './options/verifier-options.ts';
import { SharedMap } from './registry.ts';
import type { RequestParts } from './request/request-parts.ts';
import { type AuthenticateOptions, tokenReaderOf, type Verifier, verifierFrom } from './verifier.ts';

/** The name of a guard, as stored under {@link guardKind}. */
export type GuardKind = 'requireAuth' | 'optionalAuth' | 'allow';

/**
 * The symbol under which every guard middleware stores its {@link GuardKind}. A tool can use it to find unprotected routes.
 * It is `Symbol.for('torii.guard')`, and the property is not enumerable.
 * @example const kind = Reflect.get(layer.handle, guardKind); // 'requireAuth', 'optionalAuth', 'allow' or undefined
 */
export const guardKind: unique symbol = Symbol.for('torii.guard');

/** Options of `requireAuth` and `optionalAuth`. */
export interface GuardOptions<Request> {
  /** Changes the response to a refused request. Also applies to every `allow` that runs after this guard. */
  readonly onError?: AnswerOtherwise<Request> | undefined;
  /**
   * Whether the Auth has the verified token in `token`, for calls to your own services. The property is hidden from JSON, copies
   * and logs. May also be written beside the options of the verifier.
   *
   * @default false
   */
  readonly exposeToken?: boolean;
}

/** The options of a verifier, with the options of a guard that may be written beside them. */
export type GuardedVerifierOptions<Custom extends object = Claims> = VerifierOptions<Custom> &
  Pick<GuardOptions<never>, 'exposeToken'>;

/** Connects the guards to a framework. `Request` is the object that the framework creates for each request. */
export interface GuardAdapter<Request extends object, Middleware extends object> {
  /** Where an app finds the Auth, for example `req.auth`. Used in error messages. */
  readonly place: string;
  /** Returns the method, path and headers as the framework's router sees them, and the host if a trusted proxy forwarded one. */
  describe(request: Request): RequestParts;
  /** Returns the value stored at `place`. The guards do not trust this value, because other middleware may have stored it. */
  read(request: Request): unknown;
  /** Stores the Auth at `place`. `null` means that no one is signed in. */
  write(request: Request, auth: Auth | null): void;
  /** Wraps a guard as a middleware of the framework. */
  toMiddleware(guard: Guard<Request>): Middleware;
}

/** Decides whether to refuse a request, and calls one of `steps`, unless another handler has already responded. */
export type Guard<Request> = <Result>(request: Request, steps: GuardSteps<Result>) => Promise<Result | undefined>;

/** The possible outcomes of a guard. The guard calls one of these functions. */
export interface GuardSteps<Result> {
  /** Runs the next handler. The guard does not catch errors of that handler. */
  pass(): Result | Promise<Result>;
  /** Sends the response to a refused request. */
  answer(answer: Answer): Result | Promise<Result>;
  /** Passes an error to the framework's error handling. */
  fail(error: object): Result | Promise<Result>;
  /**
   * The state of the response, for example Node's `ServerResponse`. Set it if other code, such as a timeout, may respond
   * before the guard does. A refusal is then dropped, or passed to `fail` if the response had begun before the guard ran.
   */
  readonly response?: ResponseProgress;
}

/** Whether a response has begun and ended. The fields have the names and meaning of Node's `ServerResponse`. */
export interface ResponseProgress {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
}

/** The guards for one framework. The parameter `source` of its methods is a verifier, or the options to create one. */
export interface Guards<Request, Middleware> {
  /** Refuses requests without a valid token. Throws a ToriiConfigError if an option is wrong. */
  requireAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<Request>,
  ): Middleware;
  /** Lets requests without a token continue as signed out, but refuses an invalid token. */
  optionalAuth<Custom extends object = Claims>(
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    options?: GuardOptions<Request>,
  ): Middleware;
  /**
   * Refuses a request unless every check returns `true`. Must run after `requireAuth` or `optionalAuth`. A caller who is
   * not signed in gets 401.
   * @throws ToriiConfigError if there is no check, or if a check is not a function
   */
  allow<Custom extends object = Claims>(...checks: readonly [Check<Custom>, ...Check<Custom>[]]): Middleware;
  /**
   * Returns the caller. Throws a ToriiConfigError if no guard ran before, if the caller is not signed in, or if there is a
   * second argument: frameworks pass one to a middleware.
   */
  getAuth<Custom extends object = Claims>(request: Request, next?: unknown): GuardedAuth<Custom>;
  /**
   * Returns the verified token of the caller. Throws a ToriiConfigError like `getAuth`, and if the guard does not have the option
   * `exposeToken`.
   */
  getToken(request: Request, next?: unknown): string;
}

interface RequestRecord {
  readonly onError: unknown;
  readonly emit?: unknown;
}

const records: SharedMap<object, RequestRecord> = new SharedMap('requests');

/**
 * Creates `requireAuth`, `optionalAuth`, `allow` and `getAuth` for a framework.
 * @example
 * const guards = createGuards<Request, RequestHandler>({
 *   place: 'req.auth',
 *   describe: (req) => ({ method: req.method, path: routedPath(req.originalUrl, req.url), headers: req.headers, req }),
 *   read: (req) => req.auth,
 *   write: (req, auth) => { req.auth = auth; },
 *   toMiddleware: (guard) => (req, res, next) =>
 *     guard(req, { pass: next, answer: (answer) => send(res, answer), fail: next, response: res }),
 * });
 */
export function createGuards<Request extends object, Middleware extends object>(
  adapter: GuardAdapter<Request, Middleware>,
): Guards<Request, Middleware> {
  function identify<Custom extends object>(
    kind: GuardKind,
    source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
    given: GuardOptions<Request> = {},
  ): Middleware {
    requireCall(kind, source);
    const { rest, options } = splitSource(source, readGuardOptions(given, `${kind}(verifier, { onError })`));
    const verifier = verifierFrom(rest, `${kind}(verifier), or ${kind}({ issuer: 'https://acme.torii.so' })`);
    const { onError } = options;
    const readWithToken = readFlag(options, 'exposeToken') ? authenticatorWithToken(verifier) : undefined;
    const record: RequestRecord = Object.freeze({
      onError: requireOnError(onError),
      emit: recallListener(verifier),
    });
    const authenticateOptions = Object.freeze({ optional: kind === 'optionalAuth' });
    return middleware(kind, async (request) => {
      // Clear `place` first: it may contain an Auth that other middleware forged. If the code below throws, an error handler
      // could trust that Auth.
      adapter.write(request, null);
      records.set(request, record);
      const parts = adapter.describe(request);
      const auth =
        readWithToken === undefined
          ? await verifier.authenticate(parts, authenticateOptions)
          : await readWithToken(parts, authenticateOptions);
      adapter.write(request, requireAuthOrNull(auth));
    });
  }

  function middleware(kind: GuardKind, decide: (request: Request) => Promise<void>): Middleware {
    return Object.defineProperty(adapter.toMiddleware(guardBy(decide)), guardKind, { value: kind });
  }

  function authOf<Custom extends object>(found: unknown, option: string): Auth<Custom> {
    if (isAuth(found)) return found as Auth<Custom>;
    const { place } = adapter;
    const problem =
      found === null
        ? `\`${place}\` is null, because the caller is not signed in. Handle null, or put requireAuth before this handler.`
        : `\`${place}\` was not set by requireAuth or optionalAuth. Put requireAuth({ issuer }) before this handler, and pass the object that \`${place}\` belongs to.`;
    throw new ToriiConfigError(option, problem);
  }

  function requestedAuth(request: Request, next: unknown, option: string): Auth {
    // As a middleware, it would never call `next`: the request would hang.
    if (next !== undefined) throw wrongOption(option, 'is not a middleware. Use requireAuth({ issuer })');
    if (typeof request !== 'object' || request === null || isAuth(request))
      throw wrongValue(option, 'called with the request', request);
    return authOf(adapter.read(request), option);
  }

  return Object.freeze({
    requireAuth: (source, options) => identify('requireAuth', source, options),
    optionalAuth: (source, options) => identify('optionalAuth', source, options),
    allow: (...checks) => {
      const list = requireChecks(checks, 'allow');
      return middleware('allow', async (request) => {
        const found = adapter.read(request);
        await authorize(found === null ? null : authOf(found, 'allow'), adapter.describe(request), list);
      });
    },
    getAuth: <Custom extends object>(request: Request, next?: unknown) =>
      requestedAuth(request, next, 'getAuth') as Auth<Custom>,
    getToken(request, next) {
      const token = tokenOf(requestedAuth(request, next, 'getToken'));
      if (token !== undefined) return token;
      throw new ToriiConfigError(
        'exposeToken',
        'The guard of this request does not have the option `exposeToken`. Write requireAuth({ issuer, exposeToken: true }).',
      );
    },
  } satisfies Guards<Request, Middleware>);
}

type GivenGuardOptions = Options<'onError' | 'exposeToken'>;

/** Takes the options of the guard out of the options of the verifier. */
function splitSource<Custom extends object>(
  source: Verifier<Custom> | GuardedVerifierOptions<Custom>,
  options: GivenGuardOptions,
): { readonly rest: Verifier<Custom> | VerifierOptions<Custom>; readonly options: GivenGuardOptions } {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, 'exposeToken'))
    return { rest: source, options };
  if ('exposeToken' in options) throw wrongOption('exposeToken', 'is given twice. Leave one of them out');
  // Not a spread, which would drop an inherited option, such as `checks`. The verifier refuses it.
  const { exposeToken: _, ...others } = Object.getOwnPropertyDescriptors(source);
  const rest: VerifierOptions<Custom> = Object.create(Object.getPrototypeOf(source), others);
  return {
    rest,
    options: Object.assign(Object.create(null), options, { exposeToken: Reflect.get(source, 'exposeToken') }),
  };
}

type Identify = (request: RequestParts, options: AuthenticateOptions) => Promise<Auth | null>;

function authenticatorWithToken<Custom extends object>(verifier: Verifier<Custom>): Identify {
  const read = tokenReaderOf(verifier);
  if (read === undefined)
    throw wrongOption('exposeToken', 'needs a verifier that createVerifier returned. Found: another object');
  return async (request, options) => {
    const found = await read(request, options);
    return found && withToken(found.auth, found.token);
  };
}

// Without parentheses, as in `app.use(requireAuth)`, the framework calls it with a request.
function requireCall(kind: GuardKind, source: unknown): void {
  const isRequest = recognize(source)?.includes('request') || Object.hasOwn(Object(source), 'request');
  if (isRequest) {
    const remedy = `Write the parentheses: ${kind}({ issuer: 'https://acme.torii.so' })`;
    throw wrongOption(kind, `was called with a request. ${remedy}`);
  }
}

function readGuardOptions(given: object, example: string): GivenGuardOptions {
  const misplaced = Object.keys(Object(given)).find((name) => !guardOptionNames.some((known) => known === name));
  if (misplaced !== undefined && recognize(given) === undefined && !Array.isArray(given))
    throw misplacedOption(misplaced, guardOptionNames);
  return readKnownOptions<GuardOptions<never>, typeof guardOptionNames>(given, guardOptionNames, example);
}

const guardOptionNames = ['onError', 'exposeToken'] as const;

function guardBy<Request extends object>(decide: (request: Request) => Promise<void>): Guard<Request> {
  return (request, steps) => {
    // Not in the promise: a framework of the other kind may not wait for it, and its rejection would end the process.
    if (typeof steps.pass !== 'function') {
      const remedy = 'Pass the guard to the `use` of its own framework, or call it with all arguments of a middleware';
      throw wrongOption('next', `must be a function. ${remedy}`);
    }
    return runGuard(decide, request, steps);
  };
}

async function runGuard<Request extends object, Result>(
  decide: (request: Request) => Promise<void>,
  request: Request,
  steps: GuardSteps<Result>,
): Promise<Result | undefined> {
  const hadBegun = responseOf(steps)?.headersSent === true;
  try {
    await decide(request);
  } catch (error) {
    return refuse(error, request, steps, hadBegun);
  }
  if (responseOf(steps)?.writableEnded) return undefined;
  // Call `pass` outside the `try`: an error thrown by a later handler must not be answered as a refusal.
  return steps.pass();
}

async function refuse<Request extends object, Result>(
  error: unknown,
  request: Request,
  steps: GuardSteps<Result>,
  hadBegun: boolean,
): Promise<Result | undefined> {
  const response = responseOf(steps);
  try {
    const refusal = await answerFor(error, request, onErrorOf(request), listenerOf(request));
    if (response?.writableEnded) return undefined;
    if (response?.headersSent) {
      // An earlier handler began the response and left the rest to later ones: without an error, nothing would end it.
      if (hadBegun) throw error;
      // Other code, such as a time limit, has begun a response in the meantime, and will end it.
      return undefined;
    }
    return await steps.answer(refusal);
  } catch (failure) {
    return steps.fail(errorFrom(failure));
  }
}

// Reads an own property only: a polluted `Object.prototype.response` would make every request look answered.
function responseOf(steps: GuardSteps<unknown>): ResponseProgress | undefined {
  return Object.hasOwn(steps, 'response') ? steps.response : undefined;
}

function onErrorOf<Request extends object>(request: Request): AnswerOtherwise<Request> | undefined {
  const onError = (records.get(request) as RequestRecord | undefined)?.onError;
  return typeof onError === 'function' ? (onError as AnswerOtherwise<Request>) : undefined;
}

function listenerOf(request: object): VerifierEventListener | undefined {
  const emit = (records.get(request) as RequestRecord | undefined)?.emit;
  return typeof emit === 'function' ? (emit as VerifierEventListener) : undefined;
}

/**
 * Wraps a thrown value in an Error if it is not an object: Express takes `next(undefined)` and `next('route')` as
 * "continue", and Koa ignores `null`.
 */
export function errorFrom(thrown: unknown): object {
  if (typeof thrown === 'object' && thrown !== null) return thrown;
  return new Error('A check or `onError` threw a non-Error value; see `cause`.', { cause: thrown });
}
