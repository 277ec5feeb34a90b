import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { readManifest } from './workspace.ts';

const required = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'];
const allowed = /^(dist\/|src\/|data\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/;

/** Checks an unpacked tarball. Returns one message for each problem. */
export function inspectTarball(folder: string, version: string): readonly string[] {
  const manifest = readManifest(folder);
  // readdirSync instead of `globSync`, which skips dotfiles such as `.env`.
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

  const missing = required.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  const surplus = files
    .filter((file) => !allowed.test(file) || isTest(file))
    .map((file) => `${file} must not be published`);
  const maps = files.filter((file) => file.startsWith('dist/') && file.endsWith('.map'));
  const unmapped = files
    .filter((file) => /^dist\/.*\.[jt]s$/.test(file) && !maps.includes(`${file}.map`) && hasCode(folder, file))
    .map((file) => `${file} has no source map. If it is of an old build, delete dist/ and build again`);
  const sources = new Map(maps.map((map) => [map, sourcesOf(folder, map)]));
  const orphans = [...sources].flatMap(([map, paths]) =>
    paths
      .filter((path) => !files.includes(path))
      .map((path) => `${map} names ${path}, which does not exist. Delete dist/ and build again`),
  );
  // A module that is in two files has two copies of its classes and variables.
  const doubled = ['.js.map', '.d.ts.map'].flatMap((ending) =>
    findRepeated(maps.filter((map) => map.endsWith(ending)).flatMap((map) => sources.get(map) ?? [])).map(
      (path) => `${path} is in several files of dist/ with a map *${ending}`,
    ),
  );
  const unreplaced = Object.entries({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  })
    .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
    .map(([name, range]) => `${name} has the range ${range}, which works only in this repository`);
  const wrongVersion =
    manifest.version === version ? [] : [`version is ${manifest.version}, but other packages have ${version}`];

  return [...missing, ...surplus, ...unmapped, ...orphans, ...doubled, ...unreplaced, ...wrongVersion].map(
    (text) => `${manifest.name}: ${text}`,
  );
}

function isTest(file: string): boolean {
  return /(^|\/)test\/|\.test(-d)?\./.test(file);
}

/** The files that a source map leads to, as paths in the package. */
function sourcesOf(folder: string, map: string): readonly string[] {
  const { sources }: { readonly sources: readonly string[] } = JSON.parse(readFileSync(join(folder, map), 'utf8'));
  return sources.map((source) => posix.join(posix.dirname(map), source));
}

/** Whether a file does more than to export what other files contain. Only those files have source maps. */
function hasCode(folder: string, file: string): boolean {
  const text = readFileSync(join(folder, file), 'utf8');
  return text.replaceAll(/^\/\/.*|^(?:im|ex)port (?:[^;]* from )?"[^"]*";?|^export \{[^}]*\};?/gm, '').trim() !== '';
}

function findRepeated(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.filter((path, index) => paths.indexOf(path) !== index))];
}
