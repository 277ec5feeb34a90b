import { ToriiForbiddenError } from '@torii/core';
import { withDetail } from '@torii/core/adapter';

export interface Verdict {
  readonly passed: boolean;
  /** For logs and developers only: it may contain what was expected. */
  readonly because: string;
  readonly isFinal: boolean;
  /** For the caller: it never says what was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, isFinal: false, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: false, message };
}

/** Thrown instead of returned, because `not` would turn a returned refusal into a pass. */
export function forbid(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: true, message };
}

export function forbidden({ message, because }: Verdict, rule: string): ToriiForbiddenError {
  return withDetail(new ToriiForbiddenError(message), { check: `${rule}: ${because}` });
}
