// Reads which file of a package imports which. The files are searched as text, because all import specifiers in this
// repository are string literals.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The imports of one file, type imports included: paths below `src/`, and names of packages. */
export interface Imports {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

export type ImportGraph = ReadonlyMap<string, Imports>;

/** Reads the imports of all files below a folder, by path. */
export function readImportGraph(source: string): ImportGraph {
  const paths = globSync('**/*.{ts,tsx}', { cwd: source }).sort();
  return new Map(paths.map((path) => [path, readImports(path, readFileSync(join(source, path), 'utf8'))]));
}

function readImports(path: string, text: string): Imports {
  // Remove comments, because `@example` contains imports.
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  // Generated templates contain files as texts. Ignore the imports in them.
  const code = path.startsWith('generated/') ? plain.replaceAll(/`(?:\\[\s\S]|[^`\\])*`/g, '') : plain;
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

/** Returns `@torii/core` for `@torii/core/adapter`, `jose` for `jose/jwt/verify`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * Finds import cycles, the shortest first, each as its files in import order. After each cycle, its last import is
 * removed from the graph, so cycles that share this import are not reported.
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
