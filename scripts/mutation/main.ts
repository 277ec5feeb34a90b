// Mutation test: changes one expression at a time in the code that decides who gets in, and lists the changes that no
// test notices. Results are kept in .reports/mutation: a run that was stopped continues with the subject that it was at.
//   npm run test:mutation                                   everything in scope.ts, about an hour
//   npm run test:mutation -- core/src/guards.ts authz       some files
//   npm run test:mutation -- --again core/src/guards.ts     the same, without the results of earlier runs
//   npm run test:mutation -- --report                       writes docs/mutation.md from the kept results
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { repository } from '../workspace.ts';
import { printResult, writeReport } from './report.ts';
import { forgetResults, readResults, resultsPath } from './results.ts';
import { listFiles, type Subject, subjects } from './scope.ts';

process.chdir(repository);
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const selected = subjects
  .map((subject) => ({ subject, files: listFiles(subject, paths) }))
  .filter(({ files }) => files.length > 0);
if (selected.length === 0 || flags.some((flag) => flag !== '--again' && flag !== '--report')) {
  console.error('Usage: npm run test:mutation -- [--again | --report] [core/src/guards.ts | core/src/token | authz …]');
  process.exit(2);
}

if (!flags.includes('--report')) {
  for (const { subject, files } of selected) {
    // Survivors are always tested again: Stryker does not notice a change of a test outside of its `test` call.
    forgetResults(subject, files, ({ isDead }) => !isDead || flags.includes('--again'));
    await mutate(subject, files);
  }
}
writeReport();

async function mutate(subject: Subject, files: readonly string[]): Promise<void> {
  const start = performance.now();
  // First, each mutant is switched on after the modules were loaded, and only the tests that reach it are run.
  await runStryker(subject, files, true);
  // Then tests mutants that act while a module is loaded, such as a changed constant. Each needs a run of all tests of the subject.
  forgetResults(subject, files, ({ isStatic, isDead }) => isStatic && !isDead);
  await runStryker(subject, files, false);
  for (const result of readResults(subject)) if (files.includes(result.path)) printResult(result);
  console.log(`${((performance.now() - start) / 60_000).toFixed(1)} minutes\n`);
}

async function runStryker(subject: Subject, files: readonly string[], ignoreStatic: boolean) {
  const { package: name, tests } = subject;
  process.env['MUTATION_TESTS'] = tests.map((test) => `packages/${name}/test/${test}`).join(' ');
  await new Stryker({
    mutate: [...files],
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutation/vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'messages.ts')],
    ignorers: ['messages'],
    // Stryker changes a copy of the package. Nothing else is copied but the configuration of vitest.
    ignorePatterns: [
      ...['/*', '!/package.json', '!/packages', '/packages/*', `!/packages/${name}`, 'dist', 'tsconfig*.json'],
      ...['!/scripts', '/scripts/*', '!/scripts/*.ts', '!/scripts/mutation', '/scripts/mutation/*'],
      ...['!/scripts/mutation/setup.ts', '!/scripts/mutation/vitest.config.ts'],
    ],
    tempDirName: '.reports/mutation/sandbox',
    incremental: true,
    incrementalFile: resultsPath(subject),
    ignoreStatic,
    concurrency: 1,
    timeoutMS: 10_000,
    reporters: ['progress-append-only'],
    warnings: false,
    allowConsoleColors: false,
  }).runMutationTest();
}
