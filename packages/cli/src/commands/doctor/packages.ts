import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { printable } from '../../output/printable.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { type Finding, failed, passed, skipped, warning } from './finding.ts';

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

interface Installed {
  readonly name: string;
  readonly version: string;
}

/** Bounds the time that the check takes in a project with very many dependencies. */
const maxPackages = 3_000;

/** Finds the @torii packages of the project in `cwd`, through all dependencies, and compares their versions. */
export function checkPackages(cwd: string): Finding {
  const check = 'packages';
  const { causes } = doctorChecks.packages;
  const project = findProject(cwd);
  if (project === undefined) return skipped(check, 'no package.json in this folder or above');
  const installed = findPackages(project);
  if (installed.length === 0) return skipped(check, 'no package of Torii is installed here');
  const versions = new Map<string, string[]>();
  for (const { name, version } of installed) versions.set(version, [...(versions.get(version) ?? []), name]);
  if (versions.size > 1) {
    const found = [...versions].map(([version, names]) => `${version} (${[...new Set(names)].join(', ')})`).join(', ');
    const names = [...new Set(installed.map(({ name }) => name))].join(' ');
    return failed(check, found, `${causes.versions.remedy} Installed: ${names}.`);
  }
  const [version = ''] = versions.keys();
  const copies = installed.filter(({ name }) => name === '@torii/core').length;
  if (copies > 1) {
    return warning(check, `${copies} copies of @torii/core ${version}`, causes.copies.remedy);
  }
  return passed(check, `${installed.length} of version ${version}`);
}

function findProject(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function findPackages(project: string): readonly Installed[] {
  const root = realpathSync(project);
  const found: Installed[] = [];
  const seen = new Set([root]);
  // The loop also visits items that it adds to the set.
  for (const folder of seen) {
    const manifest = readManifest(folder);
    if (manifest === undefined || seen.size > maxPackages) continue;
    const { name, version } = manifest;
    if (folder !== root && typeof name === 'string' && /^@torii\/[\w.-]+$/.test(name)) {
      found.push({ name, version: printable(String(version)).slice(0, 40) });
    }
    for (const dependency of dependenciesOf(manifest, folder === root)) {
      const target = findPackage(folder, dependency);
      if (target !== undefined) seen.add(target);
    }
  }
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

function readManifest(folder: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
    return typeof manifest === 'object' && manifest !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function dependenciesOf(manifest: Manifest, isProject: boolean): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  const lists = [dependencies, optionalDependencies, peerDependencies, ...(isProject ? [devDependencies] : [])];
  const names = lists.flatMap((list) => (typeof list === 'object' && list !== null ? Object.keys(list) : []));
  return [...new Set(names)].filter((name) => /^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name) && !/^\.+$/.test(name));
}

/** Finds a package as Node does: in the `node_modules` of the folder and of the folders above. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const target = join(folder, 'node_modules', name);
    if (existsSync(join(target, 'package.json'))) return realpathSync(target);
    if (dirname(folder) === folder) return undefined;
  }
}
