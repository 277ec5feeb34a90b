import { createAsyncContext } from '#async-context';
import type { AsyncContext } from './async-context.ts';
import { type Claims, isAuth } from './auth.ts';
import type { GuardedAuth } from './auth-with-token.ts';
import { ToriiConfigError } from './errors.ts';
import { KeptRequest, type KeptResponse } from './kept-request.ts';
import { readFlag, readKnownOptions, wrongOption } from './options/reader.ts';
import { isPromise } from './promises/is-promise.ts';
import { shareGlobally } from './registry.ts';

export type { Actor, Auth, Claims, Organization } from './auth.ts';
export type { GuardedAuth } from './auth-with-token.ts';
export type { KeptResponse } from './kept-request.ts';

export interface CurrentAuthOptions {
  /**
   * Whether the result is `null` if the caller is not signed in.
   * @default false
   */
  readonly optional?: boolean;
}

/** How an adapter finds the Auth of a request. */
export interface AuthKeeperAdapter<Request extends object> {
  /** Where an app finds the Auth, for example `req.auth`. Used in error messages. */
  readonly place: string;
  /** Returns the value at `place`. */
  read(request: Request): unknown;
}

/**
 * Calls `next`, and lets `currentAuth` find the Auth of `request` in everything that `next` starts.
 * @param response Node's response, if there is one. Without it, `currentAuth` works until the result of `next` settles.
 */
export type KeepAuth<Request extends object> = <Result>(
  request: Request,
  response: KeptResponse | undefined,
  next: () => Result,
) => Result;

/**
 * Creates the part of a middleware that {@link currentAuth} needs.
 * @param unexpected The first argument of `keepCurrentAuth`, which takes none: a framework passes one to a middleware.
 * @throws ToriiConfigError if the runtime has no `AsyncLocalStorage`
 * @example
 * const keep = createAuthKeeper<Request>({ place: 'req.auth', read: (req) => req.auth });
 * return (req, res, next) => keep(req, res, next);
 */
export function createAuthKeeper<Request extends object>(
  { place, read }: AuthKeeperAdapter<Request>,
  unexpected?: unknown,
): KeepAuth<Request> {
  // As a middleware, it would never call `next`: the request would hang.
  if (unexpected !== undefined)
    throw wrongOption('keepCurrentAuth', 'takes no argument. Write app.use(keepCurrentAuth())');
  const context = asyncContext();
  if (context === undefined) {
    throw new ToriiConfigError(
      'keepCurrentAuth',
      'This runtime has no AsyncLocalStorage. Read the Auth from the request, and pass it on as an argument.',
    );
  }
  return (request, response, next) => {
    const outer = context.getStore();
    if (outer instanceof KeptRequest && outer.isOf(request)) return next();
    const kept = new KeptRequest(place, read, request, response);
    const result = context.run(kept, next);
    const markHandled = (): void => kept.markHandled();
    if (isPromise(result)) result.then(markHandled, markHandled);
    else if (response === undefined) markHandled();
    return result;
  };
}

/**
 * Returns the verified caller of the request that is being handled, without the request: for code that the handlers call.
 * Needs `keepCurrentAuth` of the adapter.
 *
 * It returns the same as `getAuth` would at that moment, so a later guard replaces the caller of an earlier one. After the response
 * has ended, it throws: pass the Auth as an argument to code that runs longer.
 *
 * @throws ToriiConfigError if there is no request, if its response has ended, if neither `requireAuth` nor `optionalAuth` ran, or,
 * without `optional`, if the caller is not signed in
 */
export function currentAuth<Custom extends object = Claims>(options?: {
  readonly optional?: false;
}): GuardedAuth<Custom>;
export function currentAuth<Custom extends object = Claims>(options: CurrentAuthOptions): GuardedAuth<Custom> | null;
export function currentAuth(options: CurrentAuthOptions = {}, unexpected?: unknown): GuardedAuth | null {
  if (unexpected !== undefined) throw wrongOption('currentAuth', 'is not a middleware. Use keepCurrentAuth');
  const isOptional = readFlag(readKnownOptions(options, optionNames, 'currentAuth({ optional: true })'), 'optional');
  const kept = asyncContext()?.getStore();
  if (!isKept(kept)) throw new ToriiConfigError('currentAuth', noRequest);
  if (kept.hasEnded()) throw new ToriiConfigError('currentAuth', ended);
  const found = kept.read();
  if (isAuth(found)) return found;
  if (found === null && isOptional) return null;
  throw new ToriiConfigError(
    'currentAuth',
    found === null
      ? `\`${kept.place}\` is null, because the caller is not signed in. Write currentAuth({ optional: true }), or put requireAuth before this code.`
      : `\`${kept.place}\` was not set by requireAuth or optionalAuth. Put requireAuth({ issuer }) before this code.`,
  );
}

const optionNames = ['optional'] as const;

const noRequest =
  'There is no request here: `keepCurrentAuth` did not run before this code, or a callback API lost track of the request. If middleware reads the body, put `keepCurrentAuth` after it. Bind callbacks with `AsyncResource.bind` of `node:async_hooks`.';

const ended =
  'The response of this request has ended. Call `currentAuth()` before, and pass the Auth on to code that runs longer.';

interface Kept {
  readonly place: string;
  read(): unknown;
  hasEnded(): boolean;
}

// Not `instanceof`: another copy of this package may have stored it.
function isKept(store: unknown): store is Kept {
  if (typeof store !== 'object' || store === null) return false;
  return ['read', 'hasEnded'].every((name) => typeof Reflect.get(store, name) === 'function');
}

let shared: AsyncContext | undefined;

// Shared by all copies of this package, as ESM and CommonJS or two versions can be loaded in one process.
function asyncContext(): AsyncContext | undefined {
  const own = shared ?? createAsyncContext();
  shared ??= own && shareGlobally('current-auth', own, assertContext);
  return shared;
}

function assertContext(found: unknown): void {
  if (!['getStore', 'run'].every((name) => typeof Reflect.get(Object(found), name) === 'function'))
    throw new TypeError('not an AsyncLocalStorage');
}
