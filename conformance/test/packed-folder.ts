import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/packed-app.ts';
import { repository } from '../../scripts/workspace.ts';

const conformance = join(repository, 'conformance');

/** An empty folder with this package as it is published, and jose. The package has no dependencies, so nothing is installed. */
export function createPackedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'torii-conformance-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@torii'), { recursive: true });
  run(repository, 'turbo', 'run', 'build', '--output-logs=errors-only', '--filter=@torii/conformance');
  run(conformance, 'pnpm', 'pack', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run(folder, 'tar', '-xf', tarball);
  run(folder, 'mv', 'package', join(modules, '@torii', 'conformance'));
  symlinkSync(join(conformance, 'node_modules', 'jose'), join(modules, 'jose'), 'dir');
  return folder;
}
