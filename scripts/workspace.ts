import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const repository: string = dirname(import.meta.dirname);

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  /** The name of the package's folder: `core`. */
  readonly shortName: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

export function listPackages(root: string = repository): readonly Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const folder = join(root, dirname(path));
      return { shortName: basename(folder), folder, manifest: readManifest(folder) };
    });
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
