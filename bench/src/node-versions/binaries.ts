import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface NodeBinary {
  /** The name and version, such as `Node 24.21.0`. */
  readonly name: string;
  readonly path: string;
}

const packages = ['node20', 'node22', 'node24', 'node26'];
const runtimes = join(import.meta.dirname, '..', '..', '..', 'runtimes', 'package.json');

/** The versions of Node that `runtimes/` installs, and the names of those without a package for this platform. */
export function findNodeBinaries(): { readonly binaries: readonly NodeBinary[]; readonly missing: readonly string[] } {
  const binaries: NodeBinary[] = [];
  const missing: string[] = [];
  for (const name of packages) {
    try {
      const path = join(dirname(createRequire(runtimes).resolve(`${name}/package.json`)), 'bin', 'node');
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1);
      binaries.push({ name: `Node ${version}`, path });
    } catch {
      missing.push(name);
    }
  }
  return { binaries, missing };
}
