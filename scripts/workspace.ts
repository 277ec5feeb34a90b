// The packages of this repository, as their package.json files show them.
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const repository: string = dirname(import.meta.dirname);

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  /** The name of its folder: `core`. */
  readonly room: string;
  /** The path of its folder. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function listPackages(root: string = repository): readonly Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const folder = join(root, dirname(path));
      return { room: basename(folder), folder, manifest: readManifest(folder) };
    });
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
