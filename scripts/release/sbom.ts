// Writes a software bill of materials (CycloneDX 1.6) for each published package to .reports/sbom/: its production dependencies, and
// theirs, as the lockfile pins them for all platforms. A user's package manager may choose other versions within the ranges of package.json.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../packed-app.ts';
import { listPackages, repository } from '../workspace.ts';

const folder = join(repository, '.reports', 'sbom');

if (import.meta.main) {
  rmSync(folder, { recursive: true, force: true });
  writeBillsOfMaterials(folder);
  for (const file of readdirSync(folder).sort()) console.log(join('.reports', 'sbom', file));
}

export function writeBillsOfMaterials(target: string): void {
  mkdirSync(target, { recursive: true });
  const filters = listPackages()
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ manifest }) => `--filter=${manifest.name}`);
  const format = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6'];
  run(
    repository,
    'pnpm',
    ...filters,
    'sbom',
    '--split',
    ...format,
    '--prod',
    '--lockfile-only',
    '--out',
    join(target, '%s.cdx.json'),
  );
}
