/** What one check of `torii doctor` has found, as written by --json. */
export interface Finding {
  readonly check: string;
  readonly result: 'passed' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What is wrong and what to do. `null` if nothing is. */
  readonly advice: string | null;
}

export function passed(check: string, found: string): Finding {
  return { check, result: 'passed', found, advice: null };
}

export function skipped(check: string, found: string): Finding {
  return { check, result: 'skipped', found, advice: null };
}

export function warning(check: string, found: string, advice: string): Finding {
  return { check, result: 'warning', found, advice };
}

export function failed(check: string, found: string, advice: string): Finding {
  return { check, result: 'failed', found, advice };
}

/** What the checks of one server have found. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly clock?: ServerClock | undefined;
}

export interface ServerClock {
  readonly host: string;
  /** How many seconds it is ahead of this machine's clock. */
  readonly aheadSeconds: number;
}
