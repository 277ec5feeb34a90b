import { type Auth, isAuth, setListener } from './auth.ts';
import { silent } from './emitter.ts';
import { ToriiAuthError, type ToriiConfigError } from './errors.ts';
import { reportRefusal, type VerifierEventListener } from './events.ts';
import { describeValue, isPlainObject, recognize } from './logs/found-value.ts';
import { loggable } from './logs/loggable.ts';
import { wrongOption } from './options/reader.ts';
import type { RequestSettings } from './options/request-options.ts';
import { bearerToken, type TokenPlaces } from './request/bearer.ts';
import { type RequestView, unknownRequest } from './request/request-view.ts';
import type { RefuseRevoked } from './revocation-check.ts';
import type { RevocableToken } from './revocations.ts';
import type { ParsedToken } from './token/parse.ts';

export interface TokenPipeline {
  readonly emit: VerifierEventListener;
  /** Returns no promise for a known token. `parsed` is the token, if it has been parsed already. */
  readonly verify: (token: string, parsed?: ParsedToken) => Verified | Promise<Verified>;
  /** Absent if there is no option `revocations`. */
  readonly refuseRevoked?: RefuseRevoked | undefined;
  /** Runs the checks. Absent if there are none. */
  readonly authorize?: ((auth: Auth, request: RequestView) => Promise<void>) | undefined;
}

export interface Pipeline extends Pick<RequestSettings, 'emit' | 'isPublic' | 'allowPreflight'> {
  /** Throws if the request has no token. */
  readonly find: (request: RequestView) => FoundToken;
  /** Whether checks may run. */
  readonly hasChecks: boolean;
  /** Throws if the value is not a request. Absent if the request was not read by `quickViewOf`. */
  readonly assertRequest?: (request: RequestView) => void;
}

/** A token, and the pipeline that verifies it. */
export interface FoundToken {
  readonly token: string;
  readonly pipeline: TokenPipeline;
  /** Not optional: a property that is absent could be inherited (prototype pollution). */
  readonly parsed: ParsedToken | undefined;
}

/** Finds the token of a request for one pipeline. */
export function finderOf(
  pipeline: TokenPipeline,
  places: TokenPlaces,
  isKnown: ((token: string) => boolean) | undefined,
): Pipeline['find'] {
  return (request) => ({ token: bearerToken(request, places, isKnown), pipeline, parsed: undefined });
}

interface Verified {
  readonly result: { readonly auth: Auth; readonly revocable?: RevocableToken | undefined };
  readonly fromCache: boolean;
}

/** Not a promise for a known token. Throws, or returns a promise that rejects, if the request is refused. */
export function authenticate(
  request: RequestView,
  pipeline: Pipeline,
  optional: boolean,
): Auth | null | Promise<Auth | null> {
  return needsNoToken(request, pipeline) ? null : identify(request, pipeline, optional);
}

/** Whether the request is let through without a look at its token. */
export function needsNoToken(request: RequestView, { emit, isPublic, allowPreflight, hasChecks }: Pipeline): boolean {
  // Also for the checks, which may run later: the app can change the request while it waits.
  const path = isPublic || hasChecks ? request.path : undefined;
  if (isPublic?.(path)) {
    reportPassed(emit, 'public_path', request);
    return true;
  }
  if (allowPreflight && isPreflight(request)) {
    reportPassed(emit, 'preflight', request);
    return true;
  }
  return false;
}

/** Like `authenticate`, for a request that `needsNoToken` has not let through. */
export function identify(
  request: RequestView,
  pipeline: Pipeline,
  optional: boolean,
): Auth | null | Promise<Auth | null> {
  let { emit } = pipeline;
  try {
    const found = tokenOf(request, pipeline, optional);
    if (found === null) {
      reportPassed(emit, 'signed_out', request);
      return null;
    }
    emit = found.pipeline.emit;
    const auth = verifyFor(found, request);
    return isDecided(auth) ? auth : reportLater(auth, emit);
  } catch (error) {
    throw reportRefusal(error, emit);
  }
}

async function reportLater(authenticating: Promise<Auth>, emit: VerifierEventListener): Promise<Auth> {
  try {
    return await authenticating;
  } catch (error) {
    throw reportRefusal(error, emit);
  }
}

/** @param choose Finds the pipeline that verifies a token. */
export async function authenticateToken(
  token: unknown,
  emit: VerifierEventListener,
  choose: (token: string) => FoundToken,
): Promise<Auth> {
  requirePlainData(token);
  let report = emit;
  try {
    if (typeof token !== 'string' || token === '') throw new ToriiAuthError('token_missing', 'No token was given.');
    const found = choose(token);
    report = found.pipeline.emit;
    const auth = verifyFor(found, unknownRequest);
    return isDecided(auth) ? auth : await auth;
  } catch (error) {
    const hasScheme = typeof token === 'string' && /^\s*(?:authorization: *)?bearer\s/i.test(token);
    throw reportRefusal(hasScheme ? wrongToken('must be a token without `Bearer ` before it') : error, report);
  }
}

// A client can send any JSON in place of a token, which is the client's mistake. A request, a promise or a function is the app's.
function requirePlainData(token: unknown): void {
  if (typeof token === 'string') return;
  const isWrong =
    typeof token === 'object' && token !== null
      ? isAuth(token) ||
        recognize(token) !== undefined ||
        'authorization' in token ||
        !(Array.isArray(token) || isPlainObject(token))
      : /function|symbol|bigint/.test(typeof token);
  if (isWrong) throw wrongToken(`must be a token. Found: ${describeValue(token)}`);
}

function wrongToken(problem: string): ToriiConfigError {
  return wrongOption('token', `${problem}. For a request or its headers, call \`authenticate\` or \`check\``);
}

// Not async: a second promise, or an `await`, would take a fifth of the time of a cache hit.
function verifyFor({ token, pipeline, parsed }: FoundToken, request: RequestView): Auth | Promise<Auth> {
  const { emit, refuseRevoked, authorize } = pipeline;
  const verified = pipeline.verify(token, parsed);
  if (!isReady(verified) || refuseRevoked !== undefined || authorize !== undefined)
    return admit(token, verified, request, pipeline);
  const { auth } = verified.result;
  reportVerified(auth, verified.fromCache, emit);
  return auth;
}

// Own property only: prototype pollution must not make a promise look like an Auth.
function isDecided(auth: Auth | Promise<Auth>): auth is Auth {
  return Object.hasOwn(auth, 'raw');
}

async function admit(
  token: string,
  verified: Verified | Promise<Verified>,
  request: RequestView,
  { emit, refuseRevoked, authorize, verify }: TokenPipeline,
): Promise<Auth> {
  // No `await` for a cache hit, which is not a promise: it would add a turn of the microtask queue.
  const { result, fromCache } = isReady(verified) ? verified : await verified;
  const { auth, revocable } = result;
  // Also for a token that is refused below: it is remembered, and may be accepted later.
  if (!fromCache && emit !== silent) setListener(auth, emit);
  const checking = refuseRevoked?.(revocable);
  if (checking !== undefined) {
    await checking;
    // The token may have expired during the wait.
    await verify(token);
  }
  reportVerified(auth, fromCache, emit);
  if (authorize !== undefined) await authorize(auth, request);
  return auth;
}

function reportVerified(auth: Auth, fromCache: boolean, emit: VerifierEventListener): void {
  if (emit !== silent) emit({ type: 'verified', ...idsOf(auth), fromCache });
}

interface SafeIds {
  readonly userId: string;
  readonly environmentId: string | null;
}

const safeIds = new WeakMap<Auth, SafeIds>();

// Report only the ids, not the whole Auth: a custom claim can contain a secret, which must not reach a log. They are made
// safe once per Auth, because the event of each request with a known token repeats them.
export function idsOf(auth: Auth): SafeIds {
  const known = safeIds.get(auth);
  if (known !== undefined) return known;
  const { userId, environmentId } = auth;
  const ids = { userId: loggable(userId), environmentId: environmentId === null ? null : loggable(environmentId) };
  safeIds.set(auth, ids);
  return ids;
}

// Own property only: prototype pollution must not supply a result.
function isReady(verified: Verified | Promise<Verified>): verified is Verified {
  return Object.hasOwn(verified, 'result');
}

function tokenOf(request: RequestView, { find, assertRequest }: Pipeline, optional: boolean): FoundToken | null {
  try {
    return find(request);
  } catch (error) {
    const isMissing = error instanceof ToriiAuthError && error.reason === 'token_missing';
    if (isMissing) assertRequest?.(request);
    if (optional && isMissing) return null;
    throw error;
  }
}

function reportPassed(
  emit: VerifierEventListener,
  why: 'public_path' | 'preflight' | 'signed_out',
  { path }: RequestView,
): void {
  if (emit !== silent) emit({ type: 'passed', why, path: path === undefined ? undefined : loggable(path) });
}

function isPreflight(request: RequestView): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headerValues('origin').length === 1 &&
    request.headerValues('access-control-request-method').length === 1
  );
}
