// Everything that must hold, in order: `npm test`. One failing step does not hide the next; the last line is for CI.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, programNames, setUpPrograms } from './programs.ts';
import { type Counts, countTests, describeCounts } from './report.ts';
import { repository } from './workspace.ts';

const reportFile = join(repository, '.reports', 'vitest.json');

preparePrograms();
const checks: Counts[] = [
  runCheck('lint', 'biome', 'check', '--error-on-warnings', '.'),
  runCheck('layers', 'node', 'scripts/check-layers.ts'),
  runCheck('generated', 'node', 'scripts/generate/main.ts', '--check'),
  runCheck('unused', 'knip'),
  runCheck('types', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'),
  runCheck('types of scripts', 'tsc', '-p', 'tsconfig.json'),
  runCheck('build', 'turbo', 'run', 'build', '--output-logs=errors-only'),
];
const tests = runTests();
checks.push(runCheck('docs', 'node', 'scripts/check-docs.ts'));
checks.push(runCheck('pack', 'node', 'scripts/check-pack.ts'));
checks.push(runCheck('runtimes', 'node', 'runtimes/src/main.ts'));

const total = [...checks, tests].reduce(addCounts);
console.log(`\n${checks.length} checks, counted as one each, and vitest's tests, as its report counts them:`);
console.log(describeCounts(total));
process.exitCode = total.failed === 0 ? 0 : 1;

/** What could not be set up fails no step here: its tests say so, each by name. */
function preparePrograms(): void {
  const start = performance.now();
  const lines = setUpPrograms(programNames, (text) => console.log(`› ${text}`));
  const good = programNames.every((name) => findProgram(name) !== undefined);
  printLine(good, 'programs', start, lines.length === 0 ? programNames.join(', ') : lines.join('\n'));
}

/** Runs a command and prints a line for it: with the last line it printed when it is one of our scripts, with all of them when it fails. */
function runCheck(name: string, program: string, ...args: readonly string[]): Counts {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  const good = status === 0;
  const summary = good && program === 'node' ? stdout.trimEnd() : '';
  printLine(good, name, start, summary);
  if (!good) console.log([error?.message, stdout, stderr].filter(Boolean).join('\n'));
  return good ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** Runs vitest in view of the reader. Its report decides, and no report, no test or a wrong exit code is a failure. */
function runTests(): Counts {
  const start = performance.now();
  rmSync(reportFile, { force: true });
  // A forgotten `.only` would pass while every other test is left out.
  const { status } = spawnSync('vitest', ['run', '--allowOnly=false'], { cwd: repository, stdio: 'inherit' });
  const counts = readCounts();
  const total = counts.passed + counts.failed;
  const unexplained = total === 0 || (status !== 0 && counts.failed === 0);
  const failed = counts.failed + (unexplained ? 1 : 0);
  printLine(failed === 0, 'tests', start, describeCounts({ ...counts, failed }));
  if (unexplained) console.log(`vitest ended with ${status} after ${total} tests: see its output above.\n`);
  return { ...counts, failed };
}

function readCounts(): Counts {
  try {
    return countTests(JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function printLine(good: boolean, name: string, start: number, summary: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${good ? '✓' : '✗'} ${name.padEnd(16)} ${seconds.padStart(5)} s  ${summary}`.trimEnd());
}

function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
