import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from '../src/run.ts';

/** The results of the last run, by adapter. scripts/conformance-table.ts makes docs/conformance.md of them. */
const resultsFolder = join(import.meta.dirname, '..', '..', '.reports', 'conformance');

export function writeResults(name: string, results: readonly CaseResult[]): void {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${name.replaceAll(/[^\w.-]+/g, '-')}.json`), JSON.stringify({ name, results }));
}
