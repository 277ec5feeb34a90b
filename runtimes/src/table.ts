import type { Outcome } from './verdict.ts';

/**
 * Prints the counts, a row for each runtime, and every case that failed. Returns whether all cases passed. A missing runtime is
 * printed with a remedy. In CI on linux-x64, where every runtime is available, a missing runtime is a failure.
 */
export function printTable(outcomes: readonly Outcome[], environment: NodeJS.ProcessEnv = process.env): boolean {
  const problems = outcomes.flatMap(({ runtime, columns }) =>
    columns.flatMap(({ problems }) => problems.map((problem) => `${runtime}: ${problem}`)),
  );
  const skipped = outcomes.filter(({ missing }) => missing !== undefined);
  const asked = outcomes.flatMap(({ columns }) => columns).reduce((sum, column) => sum + column.asked, 0);
  const ran = outcomes.length - skipped.length;
  const left = skipped.length === 0 ? '' : `; skipped: ${skipped.map(({ runtime }) => runtime).join(', ')}`;
  console.log(`${asked - problems.length} of ${asked} cases passed on ${ran} runtimes${left}`);

  const names = [...new Set(outcomes.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  console.log(row('', names, 's'));
  for (const { runtime, missing, columns, seconds } of outcomes) {
    if (missing !== undefined) continue;
    const cells = names.map((name) => {
      const column = columns.find((each) => each.name === name);
      return column === undefined ? '' : `${column.asked - column.problems.length}/${column.asked}`;
    });
    console.log(row(runtime, cells, seconds.toFixed(1)));
  }

  for (const problem of problems) console.log(`✗ ${problem}`);
  for (const { runtime, missing } of skipped) console.log(`- ${runtime} skipped: ${missing}`);

  const mustBeThere = environment['CI'] === 'true' && process.platform === 'linux' && process.arch === 'x64';
  return problems.length === 0 && ran > 0 && !(mustBeThere && skipped.length > 0);
}

function row(name: string, cells: readonly string[], seconds: string): string {
  return `${name.padEnd(20)}${cells.map((cell) => cell.padStart(10)).join('')}${seconds.padStart(8)}`;
}
