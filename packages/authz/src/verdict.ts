/** What a rule said of a request. */
export interface Verdict {
  readonly passed: boolean;
  /** For logs and for developers: it may name what was expected. */
  readonly because: string;
  /** For the caller: what kind of thing is wrong, never what was expected. */
  readonly message: string;
}

export function pass(because: string): Verdict {
  return { passed: true, because, message: '' };
}

export function fail(message: string, because: string): Verdict {
  return { passed: false, because, message };
}
