import type { Package } from '../workspace.ts';

/** Returns the packages that are published, each after those that it depends on. */
export function sortByDependencies(packages: readonly Package[]): readonly Package[] {
  const sorted = new Set<Package>();
  const published = packages.filter(({ manifest }) => manifest.private !== true);
  for (const each of published) add(each, []);
  return [...sorted];

  function add(each: Package, path: readonly Package[]): void {
    if (path.includes(each)) throw new Error(`${each.manifest.name} depends on itself`);
    const { dependencies, peerDependencies } = each.manifest;
    const needed = Object.keys({ ...dependencies, ...peerDependencies });
    for (const other of published) if (needed.includes(other.manifest.name)) add(other, [...path, each]);
    sorted.add(each);
  }
}
