import { formatNumber, withSpread } from './limits.ts';
import { type Contender, measureInRounds, spreadOf, valuesOf } from './rounds.ts';
import type { Line, LineChart, Table } from './section.ts';

/** Something that is measured at several sizes. */
export interface Growing {
  readonly name: string;
  readonly kind: Line['kind'];
  /** Returns a run for one size, which returns a rate or a duration. */
  prepare(size: number): Promise<Contender['run']>;
}

export type Axes = Pick<LineChart, 'title' | 'things' | 'unit' | 'better'>;

/** Measures all sizes of all contenders in the same rounds. */
export async function measureGrowth(
  axes: Axes,
  sizes: readonly number[],
  contenders: readonly Growing[],
  rounds: number,
): Promise<LineChart> {
  const runs: Contender[] = [];
  for (const { name, prepare } of contenders) {
    for (const size of sizes) runs.push({ name: nameOf(name, size), run: await prepare(size) });
  }
  const measured = await measureInRounds(axes.title, runs, rounds);
  const lines = contenders.map(({ name, kind }): Line => {
    const points = sizes.map((size) => ({ size, ...spreadOf(valuesOf(measured, nameOf(name, size))) }));
    return { name, kind, points };
  });
  return { ...axes, lines };
}

/** The figures of a chart, and how much the last is larger or smaller than the first. */
export function tableOfGrowth(chart: LineChart, note?: string): Table {
  const { title, unit, things, lines } = chart;
  const sizes = lines[0]?.points.map(({ size }) => size) ?? [];
  return {
    title,
    columns: [`${unit}, by ${things}`, ...sizes.map(formatNumber), 'last to first'],
    rows: lines.map(({ name, points }) => [name, ...points.map(withSpread), formatNumber(growthOf(chart, name))]),
    ...(note !== undefined && { note }),
  };
}

/** The ratio of the last point of a line to the first. */
export function growthOf({ lines }: LineChart, name: string): number {
  const points = lines.find((line) => line.name === name)?.points ?? [];
  return (points.at(-1)?.median ?? Number.NaN) / (points[0]?.median ?? Number.NaN);
}

function nameOf(name: string, size: number): string {
  return `${name}, ${size}`;
}
