import { printable, withoutSecrets } from '../../output/printable.ts';

/** What one check of `torii doctor` has found, as written by --json. */
export interface Finding {
  readonly check: string;
  readonly result: 'passed' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What is wrong and what to do. `null` if nothing is wrong. */
  readonly advice: string | null;
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

export function passed(check: string, found: string): Finding {
  return findingOf(check, 'passed', found, null);
}

export function skipped(check: string, found: string): Finding {
  return findingOf(check, 'skipped', found, null);
}

export function warning(check: string, found: string, advice: string): Finding {
  return findingOf(check, 'warning', found, advice);
}

export function failed(check: string, found: string, advice: string): Finding {
  return findingOf(check, 'failed', found, advice);
}

/** The only place where a finding is made: settings and responses can hold a secret anywhere, even in a host name. */
function findingOf(check: string, result: Finding['result'], found: string, advice: string | null): Finding {
  return { check, result, found: safe(found), advice: advice === null ? null : safe(advice) };
}

function safe(text: string): string {
  return withoutSecrets(printable(text));
}
