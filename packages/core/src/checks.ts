import type { Auth, Claims } from './auth.ts';
import { ToriiConfigError, ToriiForbiddenError } from './errors.ts';
import type { RequestView } from './request.ts';

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
 * Asks every check, in order, whether the caller may do this.
 *
 * @throws ToriiForbiddenError at the first that does not say `true`; and whatever a check throws
 */
export async function authorize<Custom extends object = Claims>(
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
export function requireChecks(checks: unknown, option: string): readonly Check[] {
  if (!Array.isArray(checks) || checks.length === 0) {
    throw new ToriiConfigError(option, `\`${option}\` is empty. Give it at least one check, or leave it out.`);
  }
  // Spread first: `every` passes over the hole that a comma too many makes.
  const list: readonly Check[] = [...checks];
  if (!list.every((check) => typeof check === 'function')) {
    throw new ToriiConfigError(
      option,
      `\`${option}\` holds something that is not a function: (auth, request) => true.`,
    );
  }
  return list;
}

const details = new WeakMap<ToriiForbiddenError, string>();

/** What a refusing check said for the logs alone. */
export function refusalDetail(error: unknown): string | undefined {
  return error instanceof ToriiForbiddenError ? details.get(error) : undefined;
}

function forbidden(verdict: unknown): ToriiForbiddenError {
  const refusal = isRefusal(verdict) ? verdict : refuse();
  const error = new ToriiForbiddenError(refusal.message);
  if (refusal.detail !== undefined) details.set(error, refusal.detail);
  return error;
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}
