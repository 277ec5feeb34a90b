import { formatNumber, withSpread } from './limits.ts';
import { type Measured, median, ratiosTo } from './rounds.ts';
import type { Bar, Chart, Table } from './section.ts';

export interface RatioTable {
  readonly title: string;
  readonly measured: Measured;
  /** The unit of the figures, such as `per second` or `ms`. */
  readonly unit: string;
  /** The contenders that all others are compared with. */
  readonly bases: readonly string[];
  readonly note?: string;
}

/** One row per contender: its median, and its ratio to each base. */
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

export function chartOfRatios(title: string, measured: Measured, base: string, ours: string): Chart {
  const bars = [...measured.keys()].map((name): Bar => {
    const kind = name === ours ? 'ours' : name.startsWith('floor') ? 'floor' : 'peer';
    return { name, value: ratiosTo(measured, name, base).median, kind };
  });
  return { title, unit: `× ${base}`, better: 'more', bars };
}
