import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../packed-app.ts';
import { listPackages, readManifest, repository } from '../workspace.ts';

const summary = 'Two guards.\n\n- **One** is first.\n- Two.';
let copy: string;

/** Releases a minor change of core alone, in a copy of the manifests at version 0.1.0. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'torii-version-'));
  const files = ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json', 'packages/core/src/version.ts'];
  for (const file of [
    ...files,
    ...globSync(['packages/*/package.json', 'conformance/package.json'], { cwd: repository }),
  ]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(repository, file), join(copy, file));
  }
  cpSync(join(repository, 'scripts', 'release'), join(copy, 'scripts', 'release'), { recursive: true });
  cpSync(join(repository, 'scripts', 'workspace.ts'), join(copy, 'scripts', 'workspace.ts'));
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'), 'dir');
  for (const { folder, manifest } of listPackages(copy)) {
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, version: '0.1.0' }, null, 2)}\n`);
  }
  writeFileSync(join(copy, '.changeset', 'two.md'), `---\n'@torii/core': minor\n---\n\n${summary}\n`);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message=changes');
  for (const command of commandsOf('release:version')) run(copy, ...command);
});

afterAll(() => rmSync(copy, { recursive: true }));

test('all packages get the same version, with their peers among themselves too', () => {
  const versions = listPackages(copy).map(({ manifest }) => `${manifest.name}@${manifest.version}`);
  expect(versions).toEqual(listPackages().map(({ manifest }) => `${manifest.name}@0.2.0`));
});

test('core reports the new version', () => {
  expect(readFileSync(join(copy, 'packages', 'core', 'src', 'version.ts'), 'utf8')).toContain("'0.2.0'");
});

test('the changelog has the text of the change, without a hash', () => {
  const changelog = readFileSync(join(copy, 'packages', 'core', 'CHANGELOG.md'), 'utf8');
  const entry = '- Two guards.\n\n  - **One** is first.\n  - Two.';
  expect(changelog).toBe(`# @torii/core\n\n## 0.2.0\n\n### Minor Changes\n\n${entry}\n`);
});

test('a package that has not changed says so', () => {
  const changelog = readFileSync(join(copy, 'packages', 'koa', 'CHANGELOG.md'), 'utf8');
  expect(changelog).toBe('# @torii/koa\n\n## 0.2.0\n\nNo changes in this release.\n');
});

test('version.ts has the version of the packages', () => {
  const { version } = readManifest(join(repository, 'packages', 'core'));
  expect(readFileSync(join(repository, 'packages', 'core', 'src', 'version.ts'), 'utf8')).toContain(`'${version}'`);
});

/** The commands of a script in package.json, without `scripts/run.mjs`, which would install dependencies in the copy. */
function commandsOf(script: string): readonly [string, ...string[]][] {
  const { scripts } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
  return scripts[script]
    .split(' && ')
    .map((command: string) => command.replace('node scripts/run.mjs ', '').split(' '))
    .map(([program, ...args]: [string, ...string[]]) => [
      program === 'changeset' ? join(repository, 'node_modules', '.bin', program) : program,
      ...args,
    ]);
}

function git(...args: readonly string[]): void {
  run(copy, 'git', '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args);
}
