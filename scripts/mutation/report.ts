// Prints the results of mutation tests, and writes docs/mutation.md.
import { writeFileSync } from 'node:fs';
import { type FileResult, readResults, type Survivor } from './results.ts';
import { subjects } from './scope.ts';

const page = 'docs/mutation.md';

export function printResult(file: FileResult): void {
  console.log(`${scoreOf([file]).padStart(6)}  ${file.path}`);
  for (const { line, code, replacement, isReached, because } of file.survivors) {
    const note = because === undefined ? (isReached ? '' : ' (no test runs it)') : ` (judged: ${because})`;
    console.log(`        line ${line}: ${shorten(code)} -> ${shorten(replacement)}${note}`);
  }
}

export function writeReport(): void {
  const parts = [...Map.groupBy(subjects, (subject) => subject.package)].flatMap(([name, ofPackage]) =>
    describePackage(
      name,
      ofPackage.flatMap(readResults).sort((a, b) => a.path.localeCompare(b.path)),
    ),
  );
  writeFileSync(page, `${[...introduction, ...parts].join('\n')}\n`);
  console.log(`Wrote ${page}`);
}

const introduction = [
  '<!-- Written by `npm run test:mutation`. Judgements are in scripts/mutation/judgements.ts. -->',
  '',
  '# Mutation test',
  '',
  'A mutation test changes one expression at a time in the code that decides who gets in, and runs the tests of its subject: a change',
  'that no test notices survives. The goal is that 90 % are killed in each package, and that every survivor is judged. A survivor counts',
  'as such in the scores even if no test could notice it. Texts for people are not changed: their wording is no promise.',
  '',
  '```sh',
  'npm run test:mutation -- core/src/guards.ts    # some files, then this page',
  'npm run test:mutation                          # all files; more than an hour',
  '```',
  '',
  '[Decisions](decisions/toolchain.md) about the tool and its settings.',
];

function describePackage(name: string, files: readonly FileResult[]): readonly string[] {
  if (files.length === 0) return [];
  const rows = files.map(
    (file) =>
      `| ${file.path.replace(`packages/${name}/src/`, '')}${file.isCurrent ? '' : ' (has changed since)'} | ${file.mutants} | ${file.survivors.length} | ${scoreOf([file])} |`,
  );
  const total = files.reduce((sum, { mutants }) => sum + mutants, 0);
  const survivors = files.flatMap((each) => each.survivors.map((survivor) => ({ ...survivor, path: each.path })));
  return [
    '',
    `## ${name}: ${scoreOf(files)}`,
    '',
    '| file | mutants | survivors | killed |',
    '| --- | --: | --: | --: |',
    ...rows,
    `| **all** | ${total} | ${survivors.length} | ${scoreOf(files)} |`,
    '',
    `### Survivors in ${name}`,
    '',
    '| file | code | changed to | judgement |',
    '| --- | --- | --- | --- |',
    ...[...Map.groupBy(survivors, ({ path, code, because }) => `${path} ${code} ${because}`).values()].map(
      (ofOneExpression) => describeSurvivors(name, ofOneExpression),
    ),
  ];
}

function describeSurvivors(name: string, survivors: readonly (Survivor & { readonly path: string })[]): string {
  const [first] = survivors;
  if (first === undefined) return '';
  const mutants = [...new Set(survivors.map(({ replacement }) => quote(replacement)))].join(', ');
  const file = first.path.replace(`packages/${name}/src/`, '');
  return `| ${file} | ${quote(first.code)} | ${mutants} | ${first.because ?? '**not judged**'} |`;
}

function scoreOf(files: readonly FileResult[]): string {
  const total = files.reduce((sum, { mutants }) => sum + mutants, 0);
  const survived = files.reduce((sum, { survivors }) => sum + survivors.length, 0);
  return `${(Math.floor((1 - survived / total) * 1000) / 10).toFixed(1)} %`;
}

function quote(code: string): string {
  const fence = code.includes('`') ? '``' : '`';
  const space = code.includes('`') ? ' ' : '';
  return `${fence}${space}${shorten(code).replaceAll('|', '\\|')}${space}${fence}`;
}

function shorten(code: string): string {
  return code.length <= 100 ? code : `${code.slice(0, 60)} … ${code.slice(-35)}`;
}
