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
  /** Its place in the repository: `packages/core`. */
  readonly place: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages that have users. All are in packages/, except for conformance/: it is used by this repository's tests too. */
export function listPackages(root: string = repository): readonly Package[] {
  return globSync(['packages/*/package.json', 'conformance/package.json'], { cwd: root })
    .map((path) => {
      const place = dirname(path).replaceAll('\\', '/');
      const folder = join(root, place);
      return { shortName: basename(folder), place, folder, manifest: readManifest(folder) };
    })
    .sort((a, b) => (a.shortName < b.shortName ? -1 : 1));
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
