// Publishes what `packPackages` packs, dependencies first. A package whose version is already published is left out, so that a release
// that stopped halfway can be run again. Options: --dry-run, --provenance.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages, run } from '../packed-app.ts';
import { listPackages } from '../workspace.ts';
import { withoutCredentials } from './credentials.mjs';
import { sortByDependencies } from './publish-order.ts';

const options = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'torii-release-'));
// The build and the packing run the code of many development dependencies. Only `npm publish` gets the publishing credentials.
const complete = process.env;
process.env = withoutCredentials(complete);
try {
  const tarballs = packPackages(join(folder, 'tarballs'));
  const login = writeLogin();
  for (const { manifest } of sortByDependencies(listPackages())) {
    const { name, version } = manifest;
    if (isPublished(`${name}@${version}`)) {
      console.log(`${name}@${version} is already published`);
      continue;
    }
    publish(`${tarballs.get(name)}`, login);
    console.log(`${name}@${version} ${options.includes('--dry-run') ? 'would be published' : 'published'}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function publish(tarball: string, login: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync('npm', ['publish', tarball, ...login, ...options], {
    cwd: folder,
    env: complete,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`npm publish ${tarball} failed:\n${[error?.message, stdout, stderr].filter(Boolean).join('\n')}`);
}

function isPublished(specifier: string): boolean {
  const { status, stdout, stderr } = spawnSync('npm', ['view', specifier, 'version'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim() !== '';
  if (/E404/.test(stderr)) return false;
  throw new Error(`npm view ${specifier} failed:\n${stderr}`);
}

/** With a token in NPM_TOKEN, npm logs in with it. npm reads the variable itself: the file does not contain the token. */
function writeLogin(): readonly string[] {
  if ((complete['NPM_TOKEN'] ?? '') === '') return [];
  const registry = run(folder, 'npm', 'config', 'get', 'registry').trim();
  const file = join(folder, 'npmrc');
  writeFileSync(
    file,
    `${registry.replace(/^https?:/, '').replace(/\/?$/, '/')}:_authToken=\${NPM_TOKEN}\nregistry=${registry}\n`,
  );
  return [`--userconfig=${file}`];
}
