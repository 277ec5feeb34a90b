import { ToriiForbiddenError } from '@torii/core';
import { withDetail } from '@torii/core/adapter';

/** What a rule said of a request. */
export interface Verdict {
  readonly passed: boolean;
  /** For logs and for developers: it may name what was expected. */
  readonly because: string;
  /** A no that stays one under `not` and ends `anyOf`: it is thrown, where another is returned. */
  readonly isFinal: boolean;
  /** For the caller: what kind of thing is wrong, never what was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, isFinal: false, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: false, message };
}

/**
 * A no that nobody may turn round: where it does not depend on what was asked, and where too little is known to ask.
 * Logic would have it that `not` is a yes there.
 */
export function forbid(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: true, message };
}

/** The error that such a no is. */
export function forbidden({ message, because }: Verdict, rule: string): ToriiForbiddenError {
  return withDetail(new ToriiForbiddenError(message), { check: `${rule}: ${because}` });
}
