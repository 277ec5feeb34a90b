import measure from 'string-width';
import { describeDistance } from './durations.ts';
import type { Output } from './output.ts';
import { printable, tabSeparatedCell } from './printable.ts';

export interface Column<T> {
  readonly title: string;
  /** Returns the text of the cell. Untrusted values are allowed: they are made printable before they are drawn. */
  readonly value: (record: T) => string | null | undefined;
  /**
   * The smallest width to which the column can shrink on a terminal. By default the column never shrinks, so that ids can be
   * copied.
   */
  readonly narrowest?: number;
  /** What happens to a text that is wider than its column. By default, it is wrapped between words. */
  readonly overflow?: 'wrap' | 'shorten';
  /** The text is an RFC 3339 time. On a terminal it is shown as in `3 minutes ago`. */
  readonly isTime?: true;
}

type Paper = Pick<Output, 'columns' | 'style' | 'isTerminal'>;

const gap = 2;

/** The number of columns that a text takes. Measuring is slow, so a very long text counts as wider than any terminal. */
function stringWidth(text: string): number {
  return text.length > 10_000 ? text.length : measure(text);
}

/** Draws a table that fits the terminal, or writes tab-separated lines if standard output is not a terminal. */
export function drawTable<T>(paper: Paper, columns: readonly Column<T>[], records: readonly T[]): string {
  if (records.length === 0) return '';
  const rows = records.map((record) => columns.map((column) => cellOf(paper, column, record)));
  const titles = columns.map(({ title }) => title);
  if (!paper.isTerminal) return [titles, ...rows].map((cells) => `${cells.join('\t')}\n`).join('');
  const widths = fitWidths(columns, [titles, ...rows], paper.columns);
  if (widths === undefined) {
    return rows.map((row) => drawLines(paper, columns, row, 'list')).join('\n');
  }
  const lines = rows.flatMap((row) => drawRow(columns, row, widths));
  const head = titles.map((title, index) => paper.style('bold', title) + spaceAfter(title, widths[index]));
  return [head.join(''), ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** Writes one record, one field per line. */
export function drawCard<T>(paper: Paper, columns: readonly Column<T>[], record: T): string {
  const cells = columns.map((column) => cellOf(paper, column, record, true));
  if (paper.isTerminal) return drawLines(paper, columns, cells, 'record');
  return columns.map(({ title }, index) => `${tabSeparatedCell(title)}\t${cells[index]}\n`).join('');
}

function drawLines<T>(
  paper: Paper,
  columns: readonly Column<T>[],
  cells: readonly string[],
  kind: 'list' | 'record',
): string {
  const widest = Math.max(0, ...columns.map(({ title }) => stringWidth(title)));
  const lines = columns.map(({ title, overflow, narrowest }, index) => {
    const whole = cells[index] ?? '';
    // Fields of a list are shortened as in a table. A single record is shown whole.
    const isShortened = kind === 'list' && overflow === 'shorten' && narrowest !== undefined;
    const text = isShortened ? shorten(whole, paper.columns - gap) : whole;
    if (text === '') return paper.style('bold', title);
    const fits = widest + gap + stringWidth(text) <= paper.columns;
    if (fits) return paper.style('bold', title) + ' '.repeat(widest - stringWidth(title) + gap) + text;
    const indent = ' '.repeat(gap);
    return [paper.style('bold', title), ...wrap(text, paper.columns - gap).map((line) => indent + line)].join('\n');
  });
  return `${lines.join('\n')}\n`;
}

function drawRow<T>(columns: readonly Column<T>[], row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((text, index) => {
    const width = widths[index] ?? 0;
    return columns[index]?.overflow === 'shorten' ? [shorten(text, width)] : wrap(text, width);
  });
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells.map((lines, index) => (lines[line] ?? '') + spaceAfter(lines[line] ?? '', widths[index])).join(''),
  );
}

function spaceAfter(text: string, width = 0): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text)) + gap);
}

/** Returns the width of each column, or `undefined` if the table cannot fit. */
function fitWidths<T>(
  columns: readonly Column<T>[],
  rows: readonly (readonly string[])[],
  available: number,
): readonly number[] | undefined {
  const widths = columns.map((_, index) =>
    Math.min(available + 1, Math.max(...rows.map((row) => stringWidth(row[index] ?? '')))),
  );
  const least = columns.map(({ title, narrowest, overflow }, index) => {
    if (narrowest === undefined) return Number.POSITIVE_INFINITY;
    const words = overflow === 'shorten' ? [] : rows.flatMap((row) => (row[index] ?? '').split(' '));
    return words.reduce((most, word) => Math.max(most, stringWidth(word)), Math.max(narrowest, stringWidth(title)));
  });
  for (;;) {
    const surplus = widths.reduce((sum, width) => sum + width + gap, -gap) - available;
    if (surplus <= 0) return widths;
    const spare = widths.map((width, index) => width - (least[index] ?? 0));
    const most = Math.max(...spare);
    if (most <= 0) return undefined;
    const index = spare.indexOf(most);
    widths[index] = (widths[index] ?? 0) - 1;
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Shortens a text to a width. Characters that consist of several code points, such as flags, are not cut apart. */
function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shortened = '';
  let left = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    left -= stringWidth(segment);
    if (left < 0) break;
    shortened += segment;
  }
  return `${shortened.trimEnd()}…`;
}

/** Breaks a text into lines between words. A word that is wider than a line is not broken, so that it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function cellOf<T>(paper: Paper, { value, isTime }: Column<T>, record: T, isAlone = false): string {
  // The types promise a string, but another server can send anything.
  const found: unknown = value(record);
  if (!paper.isTerminal) return tabSeparatedCell(typeof found === 'string' ? found : printable(found));
  const text = printable(found);
  const distance = isTime ? describeDistance(text, Date.now()) : undefined;
  if (distance === undefined) return text;
  return isAlone ? `${text} (${distance})` : distance;
}
