// Runs all benchmarks or the given ones, prints the results, and writes docs/performance.md:
//   npm run bench
//   npm run bench -- verify requests
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, benches } from './benches.ts';
import { drawCharts } from './drawing.ts';
import { drawLineCharts } from './line-drawing.ts';
import { writePage } from './page.ts';
import { keepRecord, type Record, readRecords, thisMachine } from './record.ts';
import { runBench } from './run-bench.ts';
import { printLimits, printSection, type Screen, showProgress } from './screen.ts';
import { isTrial } from './settings.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const wanted = chooseBenches(process.argv.slice(2));
const [loadBefore = 0] = loadavg();
const folder = mkdtempSync(join(tmpdir(), 'torii-bench-'));
const screen = showProgress(wanted.length);
const records: Record[] = [];
const failures: string[] = [];
try {
  for (const [index, bench] of wanted.entries()) await measure(bench, index, screen);
} finally {
  screen.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const { section } of records) printSection(section);
printLimits(records.flatMap(({ section }) => section.limits ?? []));
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
else if (isTrial) console.log('\nResults are not kept, because there were too few rounds or the sizes were too small.');
else rewritePage();

function chooseBenches(names: readonly string[]): readonly Bench[] {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length === 0) return names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
  console.error(
    `There is no benchmark named ${unknown.join(', ')}. Known: ${benches.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

async function measure(bench: Bench, index: number, { tell }: Screen): Promise<void> {
  const begun = performance.now();
  try {
    const section = await runBench(bench, folder, ({ what, share }) => tell(index + share, `${bench.name}: ${what}`));
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const record = {
      name: bench.name,
      date: new Date().toISOString().slice(0, 10),
      machine: thisMachine(),
      loadBefore,
      seconds,
      section,
    };
    records.push(record);
    if (!isTrial) keepRecord(record);
  } catch (error) {
    failures.push(`\n${bench.name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Writes the page from the kept results of all benchmarks. A run of one benchmark updates only its section. */
function rewritePage(): void {
  const { records, missing } = readRecords();
  if (missing.length > 0) {
    console.log(`\nThe page was not written, because these benchmarks have no results yet: ${missing.join(', ')}.`);
    return;
  }
  writeFileSync(join(docs, 'performance.md'), writePage(records));
  writeFileSync(join(docs, 'performance.svg'), drawCharts(records.flatMap(({ section }) => section.charts ?? [])));
  const lines = drawLineCharts(records.flatMap(({ section }) => section.lineCharts ?? []));
  writeFileSync(join(docs, 'performance-growth.svg'), lines);
  console.log('\nWrote docs/performance.md, docs/performance.svg and docs/performance-growth.svg.');
}
