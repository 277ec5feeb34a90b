// The results of mutation tests that Stryker keeps, one file per subject.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { judgements } from './judgements.ts';
import { listFiles, type Subject } from './scope.ts';

export interface Survivor {
  readonly line: number;
  /** The expression in the source, on one line. */
  readonly code: string;
  readonly replacement: string;
  readonly isReached: boolean;
  /** Why no test notices it, from judgements.ts. */
  readonly because: string | undefined;
}

export interface FileResult {
  /** The path from the root of the repository. */
  readonly path: string;
  /** `false` if the file has changed since its mutants were tested. */
  readonly isCurrent: boolean;
  readonly mutants: number;
  readonly survivors: readonly Survivor[];
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Mutant {
  readonly status: string;
  readonly static?: boolean;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** A mutation testing report. */
interface StoredResults {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}

/** Mutants that do not compile, and texts that are not mutated, count as nothing. */
const counted: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'Survived', 'NoCoverage']);
const dead: ReadonlySet<string> = new Set(['Killed', 'Timeout']);

export function resultsPath({ name }: Subject): string {
  return `.reports/mutation/${name}.json`;
}

/** Forgets results of some files, so that Stryker tests these mutants again. */
export function forgetResults(
  subject: Subject,
  files: readonly string[],
  isForgotten: (mutant: { readonly isStatic: boolean; readonly isDead: boolean }) => boolean,
): void {
  const results = readStored(subject);
  if (results === undefined) return;
  for (const file of files) {
    const stored = results.files[file];
    if (stored === undefined) continue;
    const mutants = stored.mutants.filter(
      (mutant) => !isForgotten({ isStatic: mutant.static === true, isDead: dead.has(mutant.status) }),
    );
    results.files[file] = { ...stored, mutants };
  }
  writeFileSync(resultsPath(subject), JSON.stringify(results));
}

export function readResults(subject: Subject): readonly FileResult[] {
  const files = listFiles(subject, []);
  return Object.entries(readStored(subject)?.files ?? {})
    .filter(([path]) => files.includes(path))
    .map(([path, { source, mutants }]) => {
      const valid = mutants.filter(({ status }) => counted.has(status));
      const survivors = valid
        .filter(({ status }) => !dead.has(status))
        .map((mutant) => describeSurvivor(path, source, mutant))
        .sort((a, b) => a.line - b.line);
      return { path, isCurrent: readFileSync(path, 'utf8') === source, mutants: valid.length, survivors };
    })
    .filter(({ mutants }) => mutants > 0);
}

function readStored(subject: Subject): StoredResults | undefined {
  const path = resultsPath(subject);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function describeSurvivor(path: string, source: string, { location, status, replacement = '' }: Mutant): Survivor {
  const { start, end } = location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? '').slice(0, end.column - 1));
  lines.unshift((lines.shift() ?? '').slice(start.column - 1));
  const code = onOneLine(lines.join('\n'));
  const mutant = onOneLine(replacement);
  const judged = judgements.find(
    (each) => `packages/${each.file}` === path && each.code === code && each.mutants.includes(mutant),
  );
  return {
    line: start.line,
    code,
    replacement: mutant,
    isReached: status !== 'NoCoverage',
    because: judged?.because,
  };
}

function onOneLine(code: string): string {
  return code.replace(/\s+/g, ' ').trim();
}
