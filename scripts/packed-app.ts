// Installs the packages of this repository as an app would: packed, with pnpm, in an empty folder outside of the repository.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addAddresses } from './release/published-form.ts';
import { readRepositoryUrl } from './release/repository-url.mjs';
import { listPackages, readManifest, repository } from './workspace.ts';

/**
 * Builds and packs all packages into a folder, as they are published. Returns the tarball of each, by the name of the package.
 * `url` is the URL of the repository; without it, links stay relative.
 */
export function packPackages(
  folder: string,
  url: string | undefined = readRepositoryUrl(repository),
): ReadonlyMap<string, string> {
  const published = listPackages().filter(({ manifest }) => manifest.private !== true);
  const filters = published.map(({ manifest }) => `--filter=${manifest.name}`);
  run(repository, 'turbo', 'run', 'build', '--output-logs=errors-only', ...filters);
  run(repository, 'pnpm', ...filters, 'pack', '--pack-destination', folder);
  const tarballs = readdirSync(folder);
  return new Map(
    published.map(({ shortName, place, manifest }) => {
      const tarball = tarballs.find((name) => name.startsWith(`torii-${shortName}-`));
      if (tarball === undefined) throw new Error(`${manifest.name} was not packed.`);
      const path = join(folder, tarball);
      if (url !== undefined) addAddresses(path, url, place, manifest.version ?? '');
      return [manifest.name, path];
    }),
  );
}

/** The versions of this repository's own development dependencies, for apps that install the same. */
export function versionOf(name: string, ...folders: readonly string[]): string {
  for (const folder of folders) {
    const { devDependencies = {}, dependencies = {} } = readManifest(join(repository, folder));
    const range = devDependencies[name] ?? dependencies[name];
    if (range !== undefined) return range === 'catalog:' ? catalogVersionOf(name) : range;
  }
  throw new Error(`${name} is not a dependency of ${folders.join(', ')}`);
}

function catalogVersionOf(name: string): string {
  const text = readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8');
  const line = text.split('\n').find((each) => each.trim().replaceAll('"', '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog`);
  return line.slice(line.lastIndexOf(' ') + 1);
}

/**
 * Writes and installs an app. `names` are packages of this repository; what they depend on is installed below them, where only
 * they find it. `versions` replaces the versions that dependencies ask for.
 */
export function installApp(
  folder: string,
  tarballs: ReadonlyMap<string, string>,
  names: readonly string[],
  others: Readonly<Record<string, string>>,
  versions: Readonly<Record<string, string>> = {},
): void {
  const ours = names.map((name) => [name, `file:${tarballs.get(name)}`] as const);
  const manifest = {
    name: 'app',
    private: true,
    type: 'module',
    dependencies: { ...others, ...Object.fromEntries(ours) },
  };
  writeFileAt(join(folder, 'package.json'), JSON.stringify(manifest));
  const files = [...tarballs].map(([name, tarball]) => [name, `file:${tarball}`] as const);
  const overrides = [...files, ...Object.entries(versions)].map(([name, version]) => `  "${name}": "${version}"\n`);
  writeFileAt(join(folder, 'pnpm-workspace.yaml'), `pmOnFail: ignore\noverrides:\n${overrides.join('')}`);
  run(folder, 'pnpm', 'install', '--prefer-offline', '--ignore-scripts');
}

export function writeFileAt(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** @throws Error with the output, if the command fails */
export function run(cwd: string, program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')}\n${[error?.message, stdout, stderr].filter(Boolean).join('\n')}`);
}
