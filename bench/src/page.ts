import { formatNumber } from './limits.ts';
import { describeLines } from './line-drawing.ts';
import type { Record } from './record.ts';
import type { Limit, Table } from './section.ts';

/** Writes docs/performance.md from the results. */
export function writePage(records: readonly Record[]): string {
  const limits = records.flatMap(({ section }) => section.limits ?? []);
  return `${[
    '<!-- Written by `npm run bench`. Change the benchmarks in bench/ instead. -->',
    '# Performance',
    ...introduction(records),
    ...limitsOf(limits),
    '![Bars for the main figures below](performance.svg)',
    ...growthOf(records),
    ...records.flatMap(sectionOf),
  ].join('\n\n')}\n`;
}

function introduction(records: readonly Record[]): readonly string[] {
  const machines = new Set(records.map(({ machine }) => machine));
  const dates = records.map(({ date }) => date).toSorted();
  const [first, last] = [dates[0], dates.at(-1)];
  return [
    `Measured ${first === last ? `on ${first}` : `from ${first} to ${last}`}, on ${[...machines].join('; and on ')}. ${describeLoad(records)}`,
    [
      '```sh',
      'npm run bench             # all benchmarks, then this page; some minutes on an idle machine',
      'npm run bench -- verify   # one section',
      '```',
    ].join('\n'),
    [
      'All contenders of a comparison are measured in the same run, one after the other in each round and in rotating order, so that a',
      'slow moment of the machine affects all of them. Unless a section says otherwise, they share one process. Ratios are computed for',
      'each round: a cell is the median of these ratios, followed by the range of their middle half in brackets. Absolute figures depend',
      'on this machine and vary by a third from one day to the next, so compare the ratios. No test asserts any of these figures.',
    ].join('\n'),
  ];
}

function describeLoad(records: readonly Record[]): string {
  const load = Math.max(...records.map(({ loadBefore }) => loadBefore));
  return load < 0.5
    ? 'The machine was otherwise idle.'
    : `Other programs were running: the load was ${formatNumber(load)} at the beginning.`;
}

function limitsOf(limits: readonly Limit[]): readonly string[] {
  const missed = limits.filter(({ isReached }) => !isReached);
  const table = tableOf({
    title: '',
    columns: ['', 'wanted', 'measured', ''],
    rows: limits.map(({ what, wanted, reached, isReached }) => [
      what,
      wanted,
      reached,
      isReached ? 'reached' : '**not reached**',
    ]),
  });
  const sentence =
    missed.length === 0
      ? 'All limits that we set ourselves are reached.'
      : `Of the ${limits.length} limits that we set ourselves, these are not reached:`;
  const reasons = missed.map(
    ({ what, wanted, reached, whyNot }) =>
      `- ${what}: wanted ${wanted}, measured ${reached}.${whyNot === undefined ? '' : ` ${whyNot}`}`,
  );
  return ['## Limits', sentence, ...(reasons.length > 0 ? [reasons.join('\n')] : []), table];
}

/** The drawing, with the ends of each line in its alternative text. The tables of the sections have all figures. */
function growthOf(records: readonly Record[]): readonly string[] {
  const charts = records.flatMap(({ section }) => section.lineCharts ?? []);
  if (charts.length === 0) return [];
  const text = charts.map(describeLines).join(' ').replaceAll(/[[\]]/g, '');
  return [`![How cost grows. ${text}](performance-growth.svg)`];
}

function sectionOf({ name, section }: Record): readonly string[] {
  const rounds = section.rounds === undefined ? '' : `, in ${section.rounds} rounds`;
  return [
    `## ${section.title}`,
    ...section.text,
    `\`npm run bench -- ${name}\` measures it again${rounds}.`,
    ...section.tables.flatMap(tableParts),
  ];
}

function tableParts(table: Table): readonly string[] {
  return [`### ${table.title}`, ...(table.note === undefined ? [] : [table.note]), tableOf(table)];
}

function tableOf({ columns, rows }: Table): string {
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
