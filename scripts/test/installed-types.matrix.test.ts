import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPage } from '../check-docs.ts';
import { writeProbes } from '../declarations/probes.ts';
import { installApp, packPackages, run, versionOf, writeFileAt } from '../packed-app.ts';
import { listPackages, repository } from '../workspace.ts';
import { frameworks } from './framework-app.ts';
import { installedApps } from './installed-apps.ts';

const compilers = ['5.9', '6.0', '7.0'] as const;
const bundler = ['--module', 'preserve', '--moduleResolution', 'bundler'];

const root = mkdtempSync(join(tmpdir(), 'torii-types-'));
let tarballs: ReadonlyMap<string, string>;

beforeAll(() => {
  tarballs = packPackages(join(root, 'tarballs'));
  const versions = compilers.map((version) => [`typescript-${version}`, `npm:typescript@~${version}.0`]);
  installApp(join(root, 'compilers'), tarballs, [], Object.fromEntries(versions));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe.each(installedApps)('an app with only @torii/$name installed', ({ name, entries, others, ...app }) => {
  const folder = join(root, name);
  const types = app.types.length === 0 ? [] : ['--types', app.types.join(',')];

  beforeAll(() => {
    installApp(folder, tarballs, [`@torii/${name}`], others);
    const published = listPackages().find(({ shortName }) => shortName === name);
    if (published === undefined) throw new Error(`packages/${name} is missing`);
    writeFileAt(join(folder, 'probes.ts'), writeProbes(published, entries, app.opaque));
    for (const [index, entry] of entries.entries()) {
      writeFileAt(join(folder, `probes${index}.ts`), writeProbes(published, [entry], app.opaque));
    }
    writeFileAt(join(folder, 'inferred.ts'), app.inferred);
    writeFileAt(join(folder, 'annotated.ts'), app.annotated);
  });

  test.each(compilers)('exports values of every type without an annotation, with TypeScript %s', (version) => {
    expect(compile(folder, version, ['inferred.ts'], ...types)).toEqual([]);
    // Each in a separate program: the compiler finds a name only in entry points, and TypeScript 7 only in frameworks, that a file of
    // the program imports.
    for (const index of entries.keys()) {
      expect(compile(folder, version, [`probes${index}.ts`], ...types)).toEqual([]);
    }
    expect(compile(folder, version, ['probes.ts'], ...types, ...bundler)).toEqual([]);
  });

  test.each(compilers)('exports values with an annotation, with isolatedDeclarations and TypeScript %s', (version) => {
    const strictest = ['--isolatedDeclarations', '--skipLibCheck', 'false', ...types];
    expect(compile(folder, version, ['annotated.ts'], ...strictest)).toEqual([]);
    expect(compile(folder, version, ['annotated.ts'], ...strictest, ...bundler)).toEqual([]);
  });
});

describe('an app in a new project', () => {
  const folder = join(root, 'readmes');
  const names = ['core', 'express', 'koa', 'fastify', 'hono', 'api', 'authz', 'streams'];

  beforeAll(() => {
    const others = Object.assign({}, ...installedApps.map((app) => (names.includes(app.name) ? app.others : {})));
    const node = { '@types/node': versionOf('@types/node', 'packages/core') };
    const ours = names.map((name) => `@torii/${name}`);
    installApp(folder, tarballs, ours, { ...others, ...node });
    for (const name of names) {
      const { blocks } = readPage(readFileSync(join(repository, 'packages', name, 'README.md'), 'utf8'));
      writeFileAt(join(folder, `${name}.ts`), blocks[0]?.code ?? '');
    }
  });

  test.each(compilers)('compiles the first example of each README, with TypeScript %s', (version) => {
    const files = names.map((name) => `${name}.ts`);
    expect(compile(folder, version, files, '--types', 'node')).toEqual([]);
    expect(compile(folder, version, files, '--types', 'node', ...bundler)).toEqual([]);
  });
});

describe('an app with a framework that has no adapter', () => {
  const folder = join(root, 'frameworks');

  beforeAll(() => {
    const node = { '@types/node': versionOf('@types/node', 'packages/core') };
    installApp(folder, tarballs, ['@torii/core'], { ...frameworks.others, ...node });
    writeFileAt(join(folder, 'app.ts'), frameworks.source);
  });

  test.each(compilers)('sends denials and passes requests without a cast, with TypeScript %s', (version) => {
    const settings = ['--types', 'node', '--declaration', 'false', '--declarationMap', 'false'];
    expect(compile(folder, version, ['app.ts'], ...settings)).toEqual([]);
  });
});

/**
 * Compiles an app with the settings that `tsc --init` writes. Returns the errors, but not those in the declarations of packages that
 * are not of this repository.
 */
function compile(
  folder: string,
  version: string,
  files: readonly string[],
  ...more: readonly string[]
): readonly string[] {
  const tsc = join(root, 'compilers', 'node_modules', `typescript-${version}`, 'bin', 'tsc');
  rmSync(join(folder, 'tsconfig.json'), { force: true });
  run(folder, process.execPath, tsc, '--init');
  const settings = readFileSync(join(folder, 'tsconfig.json'), 'utf8');
  writeFileAt(join(folder, 'tsconfig.json'), settings.replace(/\}\s*$/, `, "files": ${JSON.stringify(files)} }`));
  const args = [tsc, '-p', folder, '--pretty', 'false', '--outDir', 'out', ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const errors = stdout.split('\n').filter((line) => / error TS\d+: |^error TS/.test(line));
  const ours = errors.filter(
    (line) => !line.startsWith('node_modules/') || line.startsWith('node_modules/.pnpm/@torii+'),
  );
  return status !== 0 && errors.length === 0 ? [stdout + stderr] : ours;
}
