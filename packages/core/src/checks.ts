import { type Auth, type Claims, listenerOf, requireOurs } from './auth.ts';
import { ToriiAuthError, ToriiConfigError, ToriiForbiddenError } from './errors.ts';
import { tellingRefusals, withDetail } from './events.ts';
import { type RequestLike, type RequestView, viewOf } from './request/request-view.ts';

const brand = Symbol.for('torii.refusal');

/** A check's "no", with words. Made by {@link refuse}. */
export interface Refusal {
  /** Goes into the answer: says what kind of thing is wrong, never what was expected. */
  readonly message: string;
  /** Goes to `onEvent` alone. */
  readonly detail: string | undefined;
}

/**
 * Decides whether this caller may do this. Only `true` lets the request through; false, a {@link refuse}, undefined and
 * any other value answer 403. What it throws is passed on, so that a broken check never becomes a yes.
 */
export type Check<Custom extends object = Claims> = (
  auth: Auth<Custom>,
  request: RequestView,
) => boolean | Refusal | Promise<boolean | Refusal>;

/**
 * A "no" with a message for the caller, and optionally a detail for your logs.
 *
 * @example
 * const sameTenant: Check = (auth, request) =>
 *   request.headerValues('x-tenant-id')[0] === auth.organization?.id || refuse('This is another tenant.');
 */
export function refuse(message = 'You may not do this.', detail?: string): Refusal {
  return Object.freeze(Object.defineProperty({ message, detail }, brand, { value: true }));
}

/**
 * Asks the checks of one route about a caller who is already known. A refusal reaches the `onEvent` of the verifier that
 * the Auth came from. Null, for a caller who is not signed in, is refused like a request without a token; `onEvent` has been told
 * of that one as passed, `signed_out`, and is not told again.
 *
 * @throws ToriiForbiddenError at the first check that does not say `true`; and whatever a check throws
 * @throws ToriiAuthError `token_missing` for null
 * @throws ToriiConfigError without a check, or for what is no Auth of ours
 */
export async function authorize<Custom extends object = Claims>(
  auth: Auth<Custom> | null,
  request: RequestLike,
  checks: readonly Check<Custom>[],
): Promise<void> {
  const list = requireChecks<Custom>(checks, 'checks');
  requireOurs(auth);
  if (auth === null) throw new ToriiAuthError('token_missing', 'No token was sent.');
  await tellingRefusals(listenerOf(auth), () => askChecks(auth, viewOf(request), list));
}

/** Asks every check, in order. The first that does not say `true` ends it. */
export async function askChecks<Custom extends object = Claims>(
  auth: Auth<Custom>,
  request: RequestView,
  checks: readonly Check<Custom>[],
): Promise<void> {
  for (const check of checks) {
    const verdict: unknown = await check(auth, request);
    if (verdict !== true) throw forbidden(verdict);
  }
}

/**
 * A list of checks, of which there is at least one.
 *
 * @throws ToriiConfigError for none, since a guard without a condition would let everybody in; and for what is no function
 */
export function requireChecks<Custom extends object = Claims>(
  checks: unknown,
  option: string,
): readonly Check<Custom>[] {
  // Spread first: `every` passes over the hole that a comma too many makes, and the caller's own list may change.
  const list: readonly Check<Custom>[] = Array.isArray(checks) ? [...checks] : [];
  if (list.length === 0) {
    throw new ToriiConfigError(option, `\`${option}\` is empty. Give it at least one check, or leave it out.`);
  }
  if (!list.every((check) => typeof check === 'function')) {
    throw new ToriiConfigError(
      option,
      `\`${option}\` holds something that is not a function: (auth, request) => true.`,
    );
  }
  return list;
}

function forbidden(verdict: unknown): ToriiForbiddenError {
  const { message, detail } = isRefusal(verdict) ? verdict : refuse();
  return withDetail(new ToriiForbiddenError(message), detail === undefined ? {} : { check: detail });
}

/** True for what {@link refuse} made, in this copy of the package or another. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
