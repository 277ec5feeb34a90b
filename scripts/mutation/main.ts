// Mutation test: changes one expression at a time in the code that decides who gets in, and lists the changes that no
// test notices. Results are kept in .reports/mutation: a run that was stopped continues with the folder that it was in.
//   npm run test:mutation                                   everything in scope.ts, more than an hour
//   npm run test:mutation -- core/src/guards.ts authz       some files
//   npm run test:mutation -- --again core/src/guards.ts     the same, without the results of earlier runs
//   npm run test:mutation -- --report                       writes docs/mutation.md from the kept results
import { dirname, join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { repository } from '../workspace.ts';
import { printResult, writeReport } from './report.ts';
import { forgetResults, readResults, resultsPath } from './results.ts';
import { listFiles, type Scope, scopes } from './scope.ts';

process.chdir(repository);
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const selected = scopes.map((scope) => ({ scope, files: listFiles(scope, paths) }));
const isKnown = flags.every((flag) => flag === '--again' || flag === '--report');
if (!isKnown || selected.every(({ files }) => files.length === 0)) {
  console.error('Usage: npm run test:mutation -- [--again | --report] [core/src/guards.ts | core/src/token | authz …]');
  process.exit(2);
}

if (!flags.includes('--report')) {
  for (const { scope, files } of selected) {
    if (flags.includes('--again')) forgetResults(scope.name, files, () => true);
    for (const group of Map.groupBy(files, dirname).values()) await mutate(scope, group);
  }
}
writeReport(scopes.map(({ name }) => name));

async function mutate(scope: Scope, files: readonly string[]): Promise<void> {
  const start = performance.now();
  // First, each mutant is switched on after the modules were loaded, and only the tests that reach it are run.
  await runStryker(scope, files, true);
  // Then those that act while a module is loaded, such as a changed constant. All tests are run with it.
  forgetResults(scope.name, files, ({ isStatic, isDead }) => isStatic && !isDead);
  await runStryker(scope, files, false);
  for (const result of readResults(scope.name)) if (files.includes(result.path)) printResult(result);
  console.log(`${((performance.now() - start) / 60_000).toFixed(1)} minutes\n`);
}

async function runStryker({ name, excludedTests }: Scope, files: readonly string[], ignoreStatic: boolean) {
  process.env['MUTATED_PACKAGE'] = name;
  process.env['MUTATION_EXCLUDED_TESTS'] = excludedTests.join(' ');
  await new Stryker({
    mutate: [...files],
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutation/vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'messages.ts')],
    ignorers: ['messages'],
    // Stryker changes a copy of the package. Nothing else is copied but the configuration of vitest.
    ignorePatterns: [
      ...['/*', '!/package.json', '!/packages', '/packages/*', `!/packages/${name}`, 'dist', 'tsconfig*.json'],
      ...[
        '!/scripts',
        '/scripts/*',
        '!/scripts/mutation',
        '/scripts/mutation/*',
        '!/scripts/mutation/vitest.config.ts',
      ],
    ],
    tempDirName: '.reports/mutation/sandbox',
    incremental: true,
    incrementalFile: resultsPath(name),
    ignoreStatic,
    concurrency: 1,
    timeoutMS: 10_000,
    reporters: ['progress-append-only'],
    warnings: false,
    allowConsoleColors: false,
  }).runMutationTest();
}
