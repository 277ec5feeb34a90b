// Packs each package and tests the tarball: its files, its links, the linters publint and attw, and whether an app outside this
// repository can install, import, require and type-check it.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packPackages } from './packed-app.ts';
import { inspectLinks } from './release/packed-links.ts';
import { readRepositoryUrl } from './release/repository-url.mjs';
import { inspectTarball } from './tarball.ts';
import { type Manifest, readManifest, repository } from './workspace.ts';

interface Packed {
  readonly tarball: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Until the URL of the repository is known, the packages are tested with links that look like it. */
const repositoryUrl = readRepositoryUrl(repository) ?? 'https://example.com/torii/torii-typescript';

/** Contains the hash of the inputs of the last run that passed. */
const stampFile = join(repository, '.reports', 'check-pack.sha256');

const scratch = mkdtempSync(join(tmpdir(), 'torii-pack-'));
try {
  const problems = checkPackages();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function checkPackages(): readonly string[] {
  const folder = join(scratch, 'tarballs');
  const failures = packInto(folder);
  if (failures.length > 0) return failures;
  const tarballs = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));

  const stamp = hashFiles(tarballs);
  const unchanged = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (unchanged && process.env['CI'] !== 'true') {
    console.log(`${tarballs.length} tarballs passed before and have not changed: not tested again`);
    return [];
  }

  const packages = tarballs.map(unpack);
  const version = packages[0]?.manifest.version ?? '';
  const problems = packages.flatMap(({ folder, tarball, manifest }) => [
    ...inspectTarball(folder, version),
    ...inspectLinks(folder, repositoryUrl).map((problem) => `${manifest.name}: ${problem}`),
    ...run(repository, 'publint', 'run', tarball, '--strict'),
    ...run(repository, 'attw', tarball, '--profile', 'esm-only', '--format', 'ascii'),
  ]);
  problems.push(...useInApp(packages));
  if (problems.length > 0) return problems;

  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  console.log(`${packages.length} packages install, import, require and type-check outside this repository`);
  return [];
}

function packInto(folder: string): readonly string[] {
  try {
    packPackages(folder, repositoryUrl);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** Hashes everything that the result depends on: the tarballs, these scripts, the lockfile and the version of Node. */
function hashFiles(tarballs: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  const ours = [
    ...[
      'scripts/check-pack.ts',
      'scripts/packed-app.ts',
      'scripts/tarball.ts',
      'scripts/markdown.ts',
      'pnpm-lock.yaml',
    ],
    ...globSync('scripts/release/*', { cwd: repository }).sort(),
  ].map((path) => join(repository, path));
  for (const file of [...tarballs, ...ours]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function unpack(tarball: string): Packed {
  const target = tarball.replace(/\.tgz$/, '');
  mkdirSync(target);
  execFileSync('tar', ['-xf', tarball], { cwd: target });
  const folder = join(target, 'package');
  return { tarball, folder, manifest: readManifest(folder) };
}

/** Installs all packages and their peer dependencies into an empty app, then uses every entry point and program. */
function useInApp(packages: readonly Packed[]): readonly string[] {
  const app = join(scratch, 'app');
  mkdirSync(app);
  const ours = Object.fromEntries(packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]));
  const brought = Object.fromEntries(
    packages.flatMap(({ manifest: { devDependencies = {}, peerDependencies = {} } }) =>
      // npm does not install optional peers, but every entry point is tested, including those that need one.
      Object.entries(devDependencies).filter(([name]) => name.startsWith('@types/') || name in peerDependencies),
    ),
  );
  const manifest = {
    private: true,
    // The packages of this repository come last: if one is also a peer dependency of another, its tarball is used.
    dependencies: { ...brought, ...ours },
    // Without overrides, npm could install a published version from the registry as a dependency of another package.
    overrides: Object.fromEntries(Object.keys(ours).map((name) => [name, `$${name}`])),
  };
  write('package.json', JSON.stringify(manifest));
  const problems = run(app, 'npm', 'install', '--prefix', app, '--prefer-offline', '--no-audit', '--no-fund');
  if (problems.length > 0) return problems;

  const entries = packages.flatMap(({ manifest }) => listEntries(manifest));
  const check = 'if (Object.keys(entry).length === 0) throw new Error(name + " exports nothing");';
  const names = JSON.stringify(entries);
  write('app.mjs', `for (const name of ${names}) { const entry = await import(name); ${check} }`);
  write('app.cjs', `for (const name of ${names}) { const entry = require(name); ${check} }`);
  const uses = `export const entries = { ${entries.map((_, index) => `entry${index}`).join(', ')} };`;
  write('app.mts', [...entries.map((name, index) => `import * as entry${index} from '${name}';`), uses].join('\n'));
  write('app.cts', [...entries.map((name, index) => `import entry${index} = require('${name}');`), uses].join('\n'));
  writeTsconfig('nodenext', { module: 'nodenext' });
  writeTsconfig('bundler', { module: 'preserve', moduleResolution: 'bundler' });
  return [
    ...run(app, 'node', 'app.mjs'),
    ...run(app, 'node', 'app.cjs'),
    ...packages.flatMap(({ manifest: { bin = {} } }) =>
      Object.keys(bin).flatMap((name) => run(app, join('node_modules', '.bin', name), '--version')),
    ),
    ...checkTypes(app, 'nodenext.json'),
    ...checkTypes(app, 'bundler.json'),
  ];

  function write(name: string, text: string): void {
    writeFileSync(join(app, name), `${text}\n`);
  }

  function writeTsconfig(name: string, resolution: Readonly<Record<string, string>>): void {
    const common = {
      target: 'es2023',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    };
    write(
      `${name}.json`,
      JSON.stringify({ compilerOptions: { ...common, ...resolution }, files: ['app.mts', 'app.cts'] }),
    );
  }
}

function listEntries({ name, exports = {} }: Manifest): readonly string[] {
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => `${name}${path.slice(1)}`);
}

/** Type-checks the app. Errors in declarations of other packages, such as frameworks, are ignored. */
function checkTypes(app: string, config: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync('tsc', ['-p', config, '--pretty', 'false'], {
    cwd: app,
    encoding: 'utf8',
  });
  const said = stdout.split('\n').filter((line) => / error TS\d+: /.test(line));
  const ours = said.filter((line) => !line.startsWith('node_modules/') || line.startsWith('node_modules/@torii/'));
  // If tsc fails without an error message for a file, it did not check anything.
  const failed = status !== 0 && said.length === 0;
  return ours.length > 0 || failed ? [`tsc -p ${config}\n${[...ours, ...(failed ? [stderr] : [])].join('\n')}`] : [];
}

/** Runs a command. Returns an empty list if it succeeds, otherwise its output. */
function run(cwd: string, program: string, ...args: readonly string[]): readonly string[] {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return [];
  return [`${program} ${args.join(' ')}\n${[error?.message, stdout, stderr].filter(Boolean).join('\n')}`];
}
