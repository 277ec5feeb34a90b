import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { benches } from './benches.ts';
import type { Section } from './section.ts';

export interface Record {
  readonly name: string;
  /** An ISO date, such as 2026-11-22. */
  readonly date: string;
  readonly machine: string;
  /** The load average of the last minute before the run. */
  readonly loadBefore: number;
  readonly seconds: number;
  readonly section: Section;
}

const folder = join(import.meta.dirname, '..', '..', '.reports', 'bench');

export function thisMachine(): string {
  const model = cpus()[0]?.model.trim();
  return `${availableParallelism()} cores${model ? ` (${model})` : ''}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
}

export function keepRecord(record: Record): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(record.name), JSON.stringify(record, undefined, 2));
}

/**
 * Returns the latest result of each benchmark, in the order of the page, and the names of benchmarks without a result.
 */
export function readRecords(): { readonly records: readonly Record[]; readonly missing: readonly string[] } {
  const missing = benches.map(({ name }) => name).filter((name) => !existsSync(fileOf(name)));
  const records = benches
    .filter(({ name }) => !missing.includes(name))
    .map(({ name }): Record => JSON.parse(readFileSync(fileOf(name), 'utf8')));
  return { records, missing };
}

function fileOf(name: string): string {
  return join(folder, `${name}.json`);
}
