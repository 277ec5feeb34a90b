import { progress } from '@clack/prompts';
import { getBorderCharacters, table } from 'table';
import type { Limit, Section } from './section.ts';

export interface Screen {
  /** @param done the number of finished benchmarks, plus the finished share of the current one */
  tell(done: number, what: string): void;
  stop(): void;
}

/** Shows a progress bar on a terminal, otherwise prints one line per measurement. */
export function showProgress(total: number): Screen {
  if (!process.stderr.isTTY) return tellByLines();
  const max = total * 100;
  const bar = progress({ max, output: process.stderr });
  let shown = 0;
  bar.start('Measuring');
  return {
    tell(done, what) {
      const next = Math.max(shown, Math.floor(done * 100));
      bar.advance(next - shown, what);
      shown = next;
    },
    stop: () => bar.stop('Measured'),
  };
}

function tellByLines(): Screen {
  let last = '';
  return {
    tell(_done, what) {
      if (what !== last) console.error(`› ${what}`);
      last = what;
    },
    stop() {},
  };
}

export function printSection({ title, tables }: Section): void {
  console.log(`\n# ${title}`);
  for (const { title, columns, rows } of tables) printTable(title, [columns, ...rows]);
}

export function printLimits(limits: readonly Limit[]): void {
  if (limits.length === 0) return;
  const rows = limits.map(({ what, wanted, reached, isReached }) => [what, wanted, reached, isReached ? '✓' : '✗']);
  printTable('Limits', [['', 'wanted', 'measured', ''], ...rows]);
}

export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n`);
  console.log(table(rows, { border: getBorderCharacters('void'), drawHorizontalLine: () => false }).trimEnd());
}
