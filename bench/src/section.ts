import { writeFileSync } from 'node:fs';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** An explanation, shown above the table. */
  readonly note?: string;
}

/** The wanted and the measured value of a figure. */
export interface Limit {
  readonly what: string;
  readonly wanted: string;
  readonly reached: string;
  readonly isReached: boolean;
  /** The reason why the limit is not reached. Shown only if it is not reached. */
  readonly whyNot?: string;
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly kind: 'ours' | 'peer' | 'floor';
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly bars: readonly Bar[];
}

/** How a figure grows with a size, drawn on logarithmic axes. */
export interface LineChart {
  readonly title: string;
  /** What the sizes count, such as `issuers`. */
  readonly things: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly lines: readonly Line[];
}

export interface Line {
  readonly name: string;
  readonly kind: 'ours' | 'other' | 'peer';
  /** In ascending order. A size may be 0. */
  readonly points: readonly Point[];
}

/** A median, with the lowest and the highest value of the middle half of the rounds. */
export interface Point {
  readonly size: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The result of a benchmark: one section of the page. */
export interface Section {
  readonly title: string;
  /** Paragraphs of Markdown: what is measured, and how. */
  readonly text: readonly string[];
  /** The number of rounds, if it is the same for all tables. */
  readonly rounds?: number;
  readonly tables: readonly Table[];
  readonly limits?: readonly Limit[];
  readonly charts?: readonly Chart[];
  readonly lineCharts?: readonly LineChart[];
}

/** Passes the result to the program that started this benchmark. */
export function reportSection(section: Section): void {
  const file = process.env['BENCH_RESULT'];
  if (file === undefined) throw new Error('BENCH_RESULT is not set. Run benchmarks by name: npm run bench -- verify');
  writeFileSync(file, JSON.stringify(section));
}
