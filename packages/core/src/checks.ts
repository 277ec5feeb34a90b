import { type Auth, type Claims, listenerFor, requireAuthOrNull } from './auth.ts';
import { ToriiAuthError, ToriiForbiddenError } from './errors.ts';
import { reportRefusal, withDetail } from './events.ts';
import { kindOf } from './logs/value-kind.ts';
import { wrongOption, wrongValue } from './options/reader.ts';
import { beginReport, reportedCheck, standIn } from './report-only.ts';
import type { RequestLike } from './request/request-parts.ts';
import { type RequestView, viewOf } from './request/request-view.ts';

const brand = Symbol.for('torii.refusal');

// The symbol of `guardKind`, which marks a middleware.
const guardMark = Symbol.for('torii.guard');

/** A refusal with a message, returned by a check. Created by {@link refuse}. */
export interface Refusal {
  /** Sent to the caller. Say what kind of thing is wrong, but not what was expected. */
  readonly message: string;
  /** Passed to `onEvent` only, never sent to the caller. */
  readonly detail: string | undefined;
}

/**
 * Decides whether a request is allowed. Only `true` allows it; any other value refuses it with 403. If the check throws, the
 * error is passed on unchanged.
 */
export type Check<Custom extends object = Claims> = (
  auth: Auth<Custom>,
  request: RequestView,
) => boolean | Refusal | Promise<boolean | Refusal>;

/**
 * Creates a refusal for a {@link Check} to return. `message` is sent to the caller, `detail` only to `onEvent`.
 * @example
 * const sameTenant: Check = (auth, request) =>
 *   request.headerValues('x-tenant-id')[0] === auth.organization?.id || refuse('This belongs to another tenant.');
 */
export function refuse(message = 'You may not do this.', detail?: string): Refusal {
  return Object.freeze(Object.defineProperty({ message, detail }, brand, { value: true }));
}

/**
 * Runs a check without refusing anything: if it does not return `true`, or throws, `onEvent` gets the event `would_refuse`. The
 * request does not wait for it. If the verifier has no `onEvent`, the check is not run. Use it in a list of checks: in `checks`,
 * `allow`, `authorize`, `protect` or `withAuth`. It cannot be part of another check, such as `anyOf`.
 * @example
 * app.delete('/orders/:id', allow(reportOnly(isAdmin)), remove);
 * @throws ToriiConfigError if `check` is not a function
 */
export function reportOnly<Custom extends object = Claims>(check: Check<Custom>): Check<Custom> {
  const [only] = requireChecks<Custom>([check], 'reportOnly');
  if (only === undefined || reportedCheck(only) !== undefined)
    throw wrongOption('reportOnly', 'must not contain another `reportOnly`');
  return standIn(only, checkNameOf(only) ?? 'a check without a name');
}

/**
 * Runs the checks of one route. A refusal is reported to the `onEvent` option of the verifier that created `auth`. If `auth`
 * is `null`, the refusal is only thrown: `null` does not tell which verifier to report to.
 * @throws ToriiForbiddenError if a check returns anything but `true`
 * @throws ToriiAuthError `token_missing` if `auth` is `null`
 * @throws ToriiConfigError if there is no check, or if `auth` was not created by a verifier
 */
export async function authorize<Custom extends object = Claims>(
  auth: Auth<Custom> | null,
  request: RequestLike,
  checks: readonly Check<Custom>[],
): Promise<void> {
  const list = requireChecks<Custom>(checks, 'checks');
  requireAuthOrNull(auth);
  if (auth === null) throw new ToriiAuthError('token_missing', 'No token was sent.');
  try {
    await runChecks(auth, viewOf(request), list);
  } catch (error) {
    throw reportRefusal(error, listenerFor(auth));
  }
}

export async function runChecks<Custom extends object = Claims>(
  auth: Auth<Custom>,
  request: RequestView,
  checks: readonly Check<Custom>[],
): Promise<void> {
  let position = 0;
  for (const check of checks) {
    const reported = reportedCheck(check);
    if (reported !== undefined) report(reported, auth, request, position);
    else {
      const verdict: unknown = await check(auth, request);
      if (verdict !== true) throw forbidden(verdict, check, position);
    }
    position++;
  }
}

function report<Custom extends object>(
  check: Check<Custom>,
  auth: Auth<Custom>,
  request: RequestView,
  checkPosition: number,
): void {
  const checkName = checkNameOf(check);
  const ask = (): unknown => check(auth, request);
  const errorFor = (verdict: unknown): ToriiForbiddenError => forbidden(verdict, check, checkPosition);
  beginReport({ ask, errorFor, checkName, checkPosition }, listenerFor(auth));
}

/** Copies a list of checks. Throws a ToriiConfigError for an empty list: without a check, a guard would let everyone in. */
export function requireChecks<Custom extends object = Claims>(
  checks: unknown,
  option: string,
): readonly Check<Custom>[] {
  const example = '(auth) => auth.emailVerified';
  const expected = 'a list of functions';
  if (!Array.isArray(checks)) throw wrongValue(option, expected, checks, `[${remedyFor(checks) ?? example}]`);
  // Spreading turns a hole (`[a, , b]`) into `undefined`, which is refused below. Otherwise, `every` would skip the hole.
  const list: readonly unknown[] = [...checks];
  if (list.length === 0) throw wrongOption(option, `needs at least one check. Write ${example}, or leave it out`);
  const wrong = list.findIndex((check) => typeof check !== 'function' || Reflect.has(check, guardMark));
  if (wrong === -1) return list as readonly Check<Custom>[];
  const found = list[wrong];
  if (typeof found === 'function') throw wrongOption(option, `contains a guard, such as requireAuth. Write ${example}`);
  throw wrongValue(option, expected, found, remedyFor(found) ?? example);
}

// `createAuthz` returns an object with `checks`, which is a list.
function remedyFor(found: unknown): string | undefined {
  if (Array.isArray(found)) return '...checks';
  return Array.isArray(Object(found).checks) ? '...authz.checks' : undefined;
}

function forbidden(verdict: unknown, check: unknown, checkPosition: number): ToriiForbiddenError {
  const refusal = isRefusal(verdict) ? verdict : undefined;
  const checkName = checkNameOf(check);
  return withDetail(new ToriiForbiddenError(messageOf(refusal) ?? refuse().message), {
    ...(checkName !== undefined && { checkName }),
    checkPosition,
    ...(refusal?.detail !== undefined && { check: refusal.detail }),
    ...(verdict !== false && refusal === undefined && { returned: kindOf(verdict) }),
  });
}

function messageOf(refusal: { readonly message: unknown } | undefined): string | undefined {
  const message = refusal?.message;
  return typeof message === 'string' ? message : undefined;
}

/** The function name of a check, or `undefined` if it has none. */
export function checkNameOf(check: unknown): string | undefined {
  try {
    const name: unknown = Reflect.get(check as object, 'name');
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** `true` if `value` was created by {@link refuse}, including by another copy of this package. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
