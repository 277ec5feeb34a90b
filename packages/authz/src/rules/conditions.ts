import { type Check, type Claims, type Refusal, refuse } from '@torii/core';
import { isRefusal, requireChecks } from '@torii/core/adapter';

type Verdict = boolean | Refusal;
type Checks<Custom extends object> = readonly [Check<Custom>, ...Check<Custom>[]];

/**
 * Every check must say `true`. The first that does not decides what is answered.
 *
 * @throws ToriiConfigError without a check
 */
export function allOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom> {
  requireChecks(checks, 'allOf');
  return async (auth, request) => {
    for (const check of checks) {
      const verdict = await check(auth, request);
      if (verdict !== true) return verdict;
    }
    return true;
  };
}

/**
 * One check that says `true` will do; they are asked in order until one does. What a check throws is passed on, and the
 * rest are not asked: a check that is broken is no "no". Behind a yes nothing is asked at all: what must always hold, such as
 * the checks of `createAuthz`, belongs beside it.
 *
 * @throws ToriiConfigError without a check
 */
export function anyOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom> {
  requireChecks(checks, 'anyOf');
  return async (auth, request) => {
    let outcome: Verdict = refuse();
    for (const check of checks) {
      const verdict = await check(auth, request);
      if (verdict === true) return true;
      // Undefined, or another value that is no answer, stays none: it refuses, and a `not` around it refuses too.
      if (!isNo(verdict)) outcome = verdict;
    }
    return outcome;
  };
}

/**
 * True where a check says no: `false`, or a refusal. Undefined, or any other value, is no answer to be turned round, and
 * what the check throws is passed on.
 *
 * Beware of a check that says no because it does not know: its `not` is yes. Those of `createAuthz` throw then.
 *
 * @throws ToriiConfigError without a check
 */
export function not<Custom extends object = Claims>(check: Check<Custom>): Check<Custom> {
  requireChecks([check], 'not');
  return async (auth, request) => {
    const verdict = await check(auth, request);
    if (verdict === true) return refuse();
    return isNo(verdict) ? true : verdict;
  };
}

function isNo(verdict: Verdict): verdict is false | Refusal {
  return verdict === false || isRefusal(verdict);
}
