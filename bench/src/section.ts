import { writeFileSync } from 'node:fs';

/** A table, its cells as they are to be read. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What to know to read it. */
  readonly note?: string;
}

/** What a figure should be, beside what it was. */
export interface Limit {
  readonly what: string;
  readonly wanted: string;
  readonly reached: string;
  readonly isReached: boolean;
  /** Where it is not reached: what was tried, and what the limit seems to be. */
  readonly whyNot?: string;
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly kind: 'ours' | 'peer' | 'floor';
}

/** Bars to be drawn on one scale. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly bars: readonly Bar[];
}

/** All that a benchmark has to say. */
export interface Section {
  readonly title: string;
  /** Paragraphs of Markdown: what is measured, and how. */
  readonly text: readonly string[];
  /** How many rounds a ratio is the median of, where they are all alike. */
  readonly rounds?: number;
  readonly tables: readonly Table[];
  readonly limits?: readonly Limit[];
  readonly charts?: readonly Chart[];
}

/** Hands a section over to the program that started this benchmark. */
export function reportSection(section: Section): void {
  const file = process.env['BENCH_RESULT'];
  if (file === undefined) throw new Error('Run benchmarks by their name: npm run bench -- verify');
  writeFileSync(file, JSON.stringify(section));
}
