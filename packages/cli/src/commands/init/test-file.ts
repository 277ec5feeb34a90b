import { posix } from 'node:path';
import { scriptPath } from './package-manifest.ts';
import type { Project } from './plan.ts';
import { allDependencies } from './project.ts';

/** The place of the test: next to the other tests, or in `test/`. */
export function placeOfTest(project: Project, sourceFolder: string): string {
  const { files, manifest, language, compilerOptions } = project;
  // In a project with Jest, avoid `.test` in the name: the test is for `node --test`, and Jest would run it and fail.
  const name = project.testRunner === 'node:test' && 'jest' in allDependencies(manifest) ? 'me-check' : 'me.test';
  const folder = ['test/routes', 'test', 'tests'].find((each) => files.list(each).length > 0);
  if (folder !== undefined) return `${folder}/${name}`;
  // If `tsc` writes to `outDir`, a new folder next to src/ would change the paths of the output.
  const isCompiled = language === 'ts' && typeof compilerOptions['outDir'] === 'string' && sourceFolder !== '';
  return isCompiled ? posix.join(sourceFolder, name) : `test/${name}`;
}

/** What to replace in a test, which is written for `node:test`. */
export function testReplacements({ testRunner }: Project): readonly (readonly [string, string])[] {
  if (testRunner === 'node:test') return [];
  return [
    [
      "import { after, before, test } from 'node:test';",
      "import { afterAll as after, beforeAll as before, test } from 'vitest';",
    ],
  ];
}

/** Whether Node alone cannot run the test: it runs TypeScript only in an ES module whose imports name the files. */
function needsLoader({ language, modules, importEnding, testRunner }: Project): boolean {
  return language === 'ts' && testRunner === 'node:test' && (modules === 'commonjs' || !/^\.m?ts$/.test(importEnding));
}

export function testPackages(project: Project): readonly string[] {
  return needsLoader(project) ? ['tsx'] : [];
}

/** The command that runs this test alone. */
export function testCommand(project: Project, file: string): string {
  const path = scriptPath(file);
  if (project.testRunner === 'vitest') return `vitest run ${path}`;
  return needsLoader(project) ? `node --import tsx --test ${path}` : `node --test ${path}`;
}
