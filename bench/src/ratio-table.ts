import { formatNumber, withSpread } from './limits.ts';
import { type Measured, median, ratiosTo } from './rounds.ts';
import type { Bar, Chart, Table } from './section.ts';

export interface RatioTable {
  readonly title: string;
  readonly measured: Measured;
  /** What the figures are: `a second`, `ms`. */
  readonly unit: string;
  /** Whom the others are compared with. */
  readonly bases: readonly string[];
  readonly note?: string;
}

/** A line for each contender: its median, and its ratio to each of the bases. */
export function tableOfRatios({ title, measured, unit, bases, note }: RatioTable): Table {
  return {
    title,
    columns: ['', unit, ...bases.map((base) => `ratio to ${base}`)],
    rows: [...measured].map(([name, values]) => [
      name,
      formatNumber(median(values)),
      ...bases.map((base) => (name === base ? '1' : withSpread(ratiosTo(measured, name, base)))),
    ]),
    ...(note !== undefined && { note }),
  };
}

/** The ratios to one of them, drawn. */
export function chartOfRatios(title: string, measured: Measured, base: string, ours: string): Chart {
  const bars = [...measured.keys()].map((name): Bar => {
    const kind = name === ours ? 'ours' : name.startsWith('floor') ? 'floor' : 'peer';
    return { name, value: ratiosTo(measured, name, base).median, kind };
  });
  return { title, unit: `× ${base}`, better: 'more', bars };
}
