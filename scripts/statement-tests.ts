// Part of `npm run generate`: writes the list of tests of docs/statements.md. A test cites the number of a statement in its title,
// as in `[14] …`, and a scenario of the simulation in `statements: [14]`.
//   --check   writes nothing; reports a list that is not up to date, with exit code 1
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from './workspace.ts';

export const pagePath: string = join(repository, 'docs', 'statements.md');

const patterns = ['{packages,examples,conformance,simulation}/**/test/**/*.ts', 'simulation/src/scenarios/**/*.ts'];
const isOutside = (path: string) => /(?:^|\/)(?:node_modules|dist)\//.test(path);

/** The files that cite each statement, by its number. */
export function readCitations(): ReadonlyMap<number, readonly string[]> {
  const citing = new Map<number, string[]>();
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: repository, exclude: isOutside })).sort();
  for (const path of paths) {
    for (const number of citedIn(readFileSync(join(repository, path), 'utf8'))) {
      citing.set(number, [...(citing.get(number) ?? []), path]);
    }
  }
  return citing;
}

/** The numbers of statements in titles of tests, as in `'[13, 14] …'`, `'30: …'` and `(statement 28)`, and of scenarios. */
export function citedIn(source: string): ReadonlySet<number> {
  const lists = [
    ...source.matchAll(/['"`]\[(\d+(?:, ?\d+)*)\] /g),
    ...source.matchAll(/\b(?:test|describe)[^\n]*\(['"`](\d+): /g),
    ...source.matchAll(/\(statements? ([\d, and]+)\)/g),
    ...source.matchAll(/\bstatements: \[([\d, ]+)\]/g),
  ];
  return new Set(lists.flatMap(([, list = '']) => list.match(/\d+/g)?.map(Number) ?? []));
}

/** The numbers of the statements in the tables of the page, in ascending order. */
export function listStatements(page: string): readonly number[] {
  return [...page.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number)).sort((a, b) => a - b);
}

/** Returns the page with a current list. */
export function replaceList(page: string, citing: ReadonlyMap<number, readonly string[]>): string {
  const [begin, end] = ['<!-- list: tests, written by npm run generate -->', '<!-- end: tests -->'];
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new Error('docs/statements.md has no markers for its list.');
  const lines = listStatements(page).map((number) => {
    const links = (citing.get(number) ?? []).map((path) => `[${shortName(path)}](../${path})`);
    return `- **${number}**: ${links.join(', ')}`;
  });
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`;
}

/** Shortens a path: `core/bearer` for packages/core/test/bearer.test.ts. */
function shortName(path: string): string {
  const folders = path.split('/');
  const subject = ['packages', 'examples'].includes(folders[0] ?? '') ? folders[1] : folders[0];
  return `${subject}/${basename(path).replace(/(?:\.(?:matrix|real|browser))*(?:\.test)?\.ts$/, '')}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const page = readFileSync(pagePath, 'utf8');
  const wanted = replaceList(page, readCitations());
  if (wanted !== page && values.check) {
    console.error('The list of tests of docs/statements.md is not up to date. Run `npm run generate`.');
    process.exitCode = 1;
  } else if (wanted !== page) {
    writeFileSync(pagePath, wanted);
    console.log('docs/statements.md');
  }
}
