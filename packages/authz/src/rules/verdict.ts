import { ToriiForbiddenError } from '@torii/core';
import { withDetail } from '@torii/core/adapter';

export interface Verdict {
  readonly passed: boolean;
  /** For logs and developers. May contain what was expected. */
  readonly because: string;
  readonly isFinal: boolean;
  /** Sent to the caller: the kind of problem, never what was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, isFinal: false, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: false, message };
}

/**
 * A refusal that is thrown, so that `not` cannot invert it: the token is impersonated, or the request lacks what the
 * rule needs. `not` would let such a request through.
 */
export function forbid(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: true, message };
}

export function forbidden({ message, because }: Verdict, rule: string): ToriiForbiddenError {
  return withDetail(new ToriiForbiddenError(message), { check: `${rule}: ${because}` });
}
