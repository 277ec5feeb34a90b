import { ToriiForbiddenError } from '@torii/core';
import { withDetail } from '@torii/core/internal';

export interface Verdict {
  readonly passed: boolean;
  /**
   * The reason, only for logs and developers: it may contain the value that was expected, such as the token's tenant.
   */
  readonly because: string;
  readonly isFinal: boolean;
  /** The message for the sender of the request. It never contains the value that was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, isFinal: false, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: false, message };
}

/** Makes a refusal that the check throws as an error. If the check returned it, `not` would turn it into a pass. */
export function forbid(message: string, because: string): Verdict {
  return { passed: false, because, isFinal: true, message };
}

export function forbidden({ message, because }: Verdict, rule: string): ToriiForbiddenError {
  return withDetail(new ToriiForbiddenError(message), { check: `${rule}: ${because}` });
}
