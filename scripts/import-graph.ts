// Which file of a package imports which, read from its text: specifiers of this repository are always literal.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The imports of one file: paths below `src/`, and names of other packages. Imports of types count like any other. */
export interface Imports {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

export type ImportGraph = ReadonlyMap<string, Imports>;

/** The files below a folder, by path. */
export function readImportGraph(source: string): ImportGraph {
  const paths = globSync('**/*.{ts,tsx}', { cwd: source }).sort();
  return new Map(paths.map((path) => [path, readImports(path, readFileSync(join(source, path), 'utf8'))]));
}

function readImports(path: string, text: string): Imports {
  // Doc comments show imports too: `@example import { createVerifier } from '@torii/core'`.
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const matches = code.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g);
  const specifiers = [...new Set([...matches].map(([, specifier = '']) => specifier))];
  return {
    files: specifiers.filter(isRelative).map((specifier) => posix.join(posix.dirname(path), specifier)),
    packages: specifiers.filter((specifier) => !isRelative(specifier)).map(packageOf),
  };
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

/** `@torii/core` of `@torii/core/adapter`, `jose` of `jose/jwt/verify`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * The shortest cycles, each as its files in the order of their imports. A cycle that falls apart with one found before
 * it is left out.
 */
export function findCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const targets = new Map([...graph].map(([path, { files }]) => [path, new Set(files)]));
  const cycles: (readonly string[])[] = [];
  for (;;) {
    const found = [...targets.keys()]
      .map((path) => findCycleThrough(path, targets))
      .filter((cycle) => cycle !== undefined);
    const [shortest] = found.toSorted((a, b) => a.length - b.length);
    if (shortest === undefined) return cycles;
    cycles.push(shortest);
    targets.get(shortest.at(-1) ?? '')?.delete(shortest[0] ?? '');
  }
}

/** The shortest way from a file back to itself. */
function findCycleThrough(
  start: string,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: readonly (readonly string[])[] = [[start]];
  while (ways.length > 0) {
    const longer: (readonly string[])[] = [];
    for (const way of ways) {
      for (const next of targets.get(way.at(-1) ?? '') ?? []) {
        if (next === start) return way;
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return undefined;
}
