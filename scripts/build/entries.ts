import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readManifest } from '../workspace.ts';

/** The files of a package that others find by their path, as paths below `src/` and below `dist/`, without their ending. */
export interface Entries {
  /** What package.json names: entry points, targets of `#` imports, and programs. */
  readonly code: readonly string[];
  /** The entry points and targets of `#` imports that package.json names a declaration for. */
  readonly declarations: readonly string[];
  /** Modules that stay separate files, because the package reads them at run time. */
  readonly files: readonly string[];
}

export function listEntries(folder: string): Entries {
  const manifest = readManifest(folder);
  const sent = manifest.name === '@torii/emulator' ? sentToBrowsers : { code: [], files: [] };
  return {
    code: [...listPaths(manifest, '.js'), ...sent.code],
    declarations: listPaths(manifest, '.d.ts'),
    files: sent.files,
  };
}

/** The emulator sends these files to browsers. `browser/session` imports the two `files` by their relative paths. */
const sentToBrowsers = { code: ['browser/live-page'], files: ['provisional-paths', 'published-paths'] };

/** The source file of an entry. */
export function sourceOf(folder: string, entry: string): string {
  const [path] = globSync(`src/${entry}.{ts,tsx}`, { cwd: folder });
  if (path === undefined) throw new Error(`package.json names dist/${entry}, but src/${entry}.ts does not exist`);
  return join(folder, path);
}

function listPaths({ exports, imports, bin }: Manifest, ending: string): readonly string[] {
  const paths = new Set(listTexts([exports, imports, bin]).filter((path) => path.startsWith('./dist/')));
  return [...paths].filter((path) => path.endsWith(ending)).map((path) => path.slice('./dist/'.length, -ending.length));
}

function listTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTexts) : [];
}
