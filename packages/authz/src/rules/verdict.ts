import { ToriiForbiddenError } from '@torii/core';
import { withDetail } from '@torii/core/adapter';

export interface Verdict {
  readonly passed: boolean;
  /** The reason, for logs and developers only: it may contain what was expected. */
  readonly because: string;
  readonly isFinal: boolean;
  /** The text for the caller: it says the kind of problem, never what was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, isFinal: false, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: false, message };
}

/**
 * Creates a refusal that is thrown instead of returned, because `not` would turn a returned refusal into a pass. Used
 * if the token is impersonated, or if the request lacks what the rule needs.
 */
export function forbid(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: true, message };
}

export function forbidden({ message, because }: Verdict, rule: string): ToriiForbiddenError {
  return withDetail(new ToriiForbiddenError(message), { check: `${rule}: ${because}` });
}
