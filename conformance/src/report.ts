import { type Feature, features, type Level } from './features.ts';
import type { CaseResult } from './run.ts';

export interface Summary {
  readonly level: Level;
  readonly passed: number;
  readonly failed: number;
  readonly leftOut: number;
  /** How many cases were left out for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export function summarize(results: readonly CaseResult[], level: Level): Summary {
  const count = (outcome: CaseResult['outcome']) => results.filter((each) => each.outcome === outcome).length;
  const reasons: Record<string, number> = {};
  for (const { outcome, details } of results) {
    const [reason = ''] = details;
    if (outcome === 'left out') reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return { level, passed: count('passed'), failed: count('failed'), leftOut: count('left out'), reasons };
}

/** The results as a table with one line for each case. Without `all`, only the cases that failed, and the summary. */
export function describeResults(results: readonly CaseResult[], level: Level, all: boolean): string {
  const { passed, failed, leftOut, reasons } = summarize(results, level);
  const shown = results.filter(({ outcome }) => all || outcome === 'failed');
  const lines = shown.flatMap(({ name, statement, options, outcome, details }) => [
    `${outcome.padEnd(8)}  ${options.padEnd(11)}  ${statement === undefined ? '' : `[${statement}] `}${name}`,
    ...details.map((detail) => `${''.padEnd(23)}${detail}`),
  ]);
  const untested = Object.entries(reasons).map(
    ([reason, count]) => `not tested: ${count === 1 ? '1 case' : `${count} cases`}, ${reason}`,
  );
  const total = `level ${level}: ${passed} passed, ${failed} failed, ${leftOut} not tested`;
  const missing = findMissing(results);
  const hint = `If the server does not have these features, leave out their cases: --without ${missing.join(',')}`;
  return [...lines, ...(lines.length > 0 ? [''] : []), ...untested, total, ...(missing.length > 0 ? [hint] : [])].join(
    '\n',
  );
}

/** The features that the server seems to lack: their first case failed, or at least half of them. */
function findMissing(results: readonly CaseResult[]): readonly Feature[] {
  return features.filter((feature) => {
    const asked = results.filter(({ needs, outcome }) => needs.includes(feature) && outcome !== 'left out');
    const failed = asked.filter(({ outcome }) => outcome === 'failed');
    return failed.length > 0 && (failed[0] === asked[0] || failed.length * 2 >= asked.length);
  });
}
