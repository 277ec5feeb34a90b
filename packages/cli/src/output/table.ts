import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import type { Output } from './output.ts';
import { printable } from './printable.ts';

export interface Column<T> {
  readonly title: string;
  /** Returns the text of the cell. Untrusted text is allowed: it is made printable before it is drawn. */
  readonly value: (record: T) => string | null | undefined;
  /**
   * The smallest width to which the column can shrink by wrapping its text. By default the column never wraps, so that
   * ids can be copied.
   */
  readonly narrowest?: number;
}

type Paper = Pick<Output, 'columns' | 'style'>;

const gap = 2;

export function drawTable<T>(paper: Paper, columns: readonly Column<T>[], records: readonly T[]): string {
  if (records.length === 0) return '';
  const rows = [
    columns.map(({ title }) => title),
    ...records.map((record) => columns.map((each) => cellOf(each, record))),
  ];
  const natural = columns.map((_, index) => Math.max(1, ...rows.map((row) => stringWidth(row[index] ?? ''))));
  const widths = fitWidths(columns, natural, paper.columns);
  if (widths === undefined) return records.map((record) => drawCard(paper, columns, record)).join('\n');

  const text = table([rows[0]?.map((title) => paper.style('bold', title)) ?? [], ...rows.slice(1)], {
    border: getBorderCharacters('void'),
    drawHorizontalLine: () => false,
    columnDefault: { paddingLeft: 0, paddingRight: gap },
    columns: widths.map((width) => ({ width, wrapWord: true })),
  });
  return text.replace(/ +$/gm, '');
}

export function drawCard<T>(paper: Paper, columns: readonly Column<T>[], record: T): string {
  const widest = Math.max(...columns.map(({ title }) => stringWidth(title)));
  const lines = columns.map((column) => {
    const text = cellOf(column, record);
    const title = paper.style('bold', column.title);
    const fits = widest + gap + stringWidth(text) <= paper.columns;
    const space = ' '.repeat(widest - stringWidth(column.title) + gap);
    if (text === '') return title;
    return fits ? `${title}${space}${text}` : `${title}\n  ${text}`;
  });
  return `${lines.join('\n')}\n`;
}

function fitWidths<T>(
  columns: readonly Column<T>[],
  natural: readonly number[],
  available: number,
): readonly number[] | undefined {
  const widths = [...natural];
  for (;;) {
    const surplus = widths.reduce((sum, width) => sum + width + gap, -gap) - available;
    if (surplus <= 0) return widths;
    const [widest] = columns
      .map(({ title, narrowest }, index) => ({
        index,
        spare: (widths[index] ?? 0) - Math.max(narrowest ?? Infinity, title.length),
      }))
      .filter(({ spare }) => spare > 0)
      .sort((one, other) => other.spare - one.spare);
    if (widest === undefined) return undefined;
    widths[widest.index] = (widths[widest.index] ?? 0) - 1;
  }
}

function cellOf<T>({ value }: Column<T>, record: T): string {
  return printable(value(record) ?? '');
}
