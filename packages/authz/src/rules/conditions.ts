import { type Check, type Claims, type Refusal, refuse } from '@torii/core';
import { checkNameOf, isRefusal, reportedCheck, requireChecks, wrongOption } from '@torii/core/internal';

type Verdict = boolean | Refusal;
type Checks<Custom extends object> = readonly [Check<Custom>, ...Check<Custom>[]];

/**
 * Passes if every check returns `true`. Otherwise, returns the result of the first check that does not return `true`,
 * and does not call the later checks.
 *
 * @throws ToriiConfigError if no check is given, or one of them is `reportOnly`
 */
export function allOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom> {
  const list = listOf<Custom>(checks, 'allOf');
  return named('allOf', list, async (auth, request) => {
    for (const check of list) {
      const verdict = await check(auth, request);
      if (verdict !== true) return verdict;
    }
    return true;
  });
}

/**
 * Passes if at least one check returns `true`. Checks are called in order; the first `true` skips the rest, so a check
 * that must always apply, such as `authz.checks`, belongs next to `anyOf` and not inside it. An error that a check
 * throws is rethrown at once: a broken check is not a refusal.
 *
 * @throws ToriiConfigError if no check is given, or one of them is `reportOnly`
 */
export function anyOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom> {
  const list = listOf<Custom>(checks, 'anyOf');
  return named('anyOf', list, async (auth, request) => {
    let outcome: Verdict = refuse();
    for (const check of list) {
      const verdict = await check(auth, request);
      if (verdict === true) return true;
      // An invalid result of a check, such as `undefined`, takes priority over a refusal, so that `not(anyOf(…))` does
      // not pass.
      if (!isRefused(verdict)) outcome = verdict;
    }
    return outcome;
  });
}

/**
 * Passes if the check returns `false` or a refusal. If the check returns `undefined` or another invalid value, the
 * request is refused, with and without `not`. An error that the check throws is rethrown.
 *
 * A check that returns `false` because it lacks information would pass inside `not`. Let that check throw
 * instead, as `authz.checks` does.
 *
 * @throws ToriiConfigError if the check is missing, or is `reportOnly`
 */
export function not<Custom extends object = Claims>(check: Check<Custom>): Check<Custom> {
  const list = listOf<Custom>([check], 'not');
  return named('not', list, async (auth, request) => {
    const verdict = await check(auth, request);
    if (verdict === true) return refuse();
    return isRefused(verdict) ? true : verdict;
  });
}

function listOf<Custom extends object>(checks: unknown, kind: string): readonly Check<Custom>[] {
  const list = requireChecks<Custom>(checks, kind);
  // It has no result that a condition could use.
  if (list.some((check) => reportedCheck(check) !== undefined))
    throw wrongOption(
      kind,
      `must not contain \`reportOnly\`. Write reportOnly(${kind}(…)), or list it next to ${kind}`,
    );
  return list;
}

// The name appears in the event of a refusal: `allOf(isAdmin, isOwner)`.
function named<Custom extends object>(
  kind: string,
  checks: readonly Check<Custom>[],
  condition: Check<Custom>,
): Check<Custom> {
  const names = checks.map((check) => checkNameOf(check) ?? 'a check without a name');
  return Object.defineProperty(condition, 'name', { value: `${kind}(${names.join(', ')})` });
}

function isRefused(verdict: Verdict): verdict is false | Refusal {
  return verdict === false || isRefusal(verdict);
}
