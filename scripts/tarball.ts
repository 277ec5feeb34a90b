import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readManifest } from './workspace.ts';

const required = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'];
const allowed = /^(dist\/|src\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/;

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
  const orphans = files
    .filter((file) => file.startsWith('dist/') && !hasSource(file, files))
    .map((file) => `${file} has no source file. Delete dist/ and build again`);
  const unreplaced = Object.entries({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  })
    .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
    .map(([name, range]) => `${name} has the range ${range}, which works only in this repository`);
  const wrongVersion =
    manifest.version === version ? [] : [`version is ${manifest.version}, but other packages have ${version}`];

  return [...missing, ...surplus, ...orphans, ...unreplaced, ...wrongVersion].map(
    (text) => `${manifest.name}: ${text}`,
  );
}

function isTest(file: string): boolean {
  return /(^|\/)test\/|\.test(-d)?\./.test(file);
}

function hasSource(file: string, files: readonly string[]): boolean {
  const source = file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '');
  return files.includes(`${source}.ts`) || files.includes(`${source}.tsx`);
}
