import { docsUrlFor } from '@torii/core/internal';
import { printable, withoutSecrets } from '../../output/printable.ts';
import { doctorName } from '../../troubleshooting/catalog.ts';
import type { doctorChecks } from '../../troubleshooting/doctor-checks.ts';

/** The name of a check. A new name does not compile until docs/troubleshooting.md has an entry for it. */
export type Check = keyof typeof doctorChecks;

/** What one check of `torii doctor` has found, as written by --json. */
export interface Finding {
  readonly check: Check;
  readonly result: 'passed' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What is wrong, what to do, and a link to the documentation. `null` if nothing is wrong. */
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

export function passed(check: Check, found: string): Finding {
  return findingOf(check, 'passed', found, null);
}

export function skipped(check: Check, found: string): Finding {
  return findingOf(check, 'skipped', found, null);
}

export function warning(check: Check, found: string, advice: string): Finding {
  return findingOf(check, 'warning', found, advice);
}

export function failed(check: Check, found: string, advice: string): Finding {
  return findingOf(check, 'failed', found, advice);
}

/** The only place where a finding is made: settings and responses can hold a secret anywhere, even in a host name. */
function findingOf(check: Check, result: Finding['result'], found: string, advice: string | null): Finding {
  return { check, result, found: safe(found), advice: advice === null ? null : withAddress(check, safe(advice)) };
}

/** Adds a link to the documentation. The message of a ToriiConfigError already has one. */
function withAddress(check: Check, advice: string): string {
  return / See https:\S+$/.test(advice) ? advice : `${advice} See ${docsUrlFor(doctorName(check))}`;
}

function safe(text: string): string {
  return withoutSecrets(printable(text));
}
