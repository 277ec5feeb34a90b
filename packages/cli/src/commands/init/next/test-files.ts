// The test of the protected route, which runs with vitest: it resolves imports as Next does.
import type { PackageManifest, Project } from '../plan.ts';
import { allDependencies } from '../project.ts';
import type { Draft } from './draft.ts';
import { type NewPaths, writePaths } from './paths.ts';
import type { NextShape } from './shape.ts';

/** Jest would also run a file that ends with `.test.ts`. */
export function placeTest({ manifest }: Project): Readonly<Record<string, string>> {
  return {
    'test/me.test.ts': usesJest(manifest) ? 'test/me.vitest' : 'test/me.test',
    'vitest.config.mts': 'vitest.config',
  };
}

export function addTest(project: Project, { alias, vitestConfig }: NextShape, draft: Draft, paths: NewPaths): void {
  const { manifest } = project;
  const directive = vitestConfig === undefined ? '' : '// @vitest-environment node\n';
  draft.add('test/me.test.ts', (text) => directive + writePaths(text, paths));
  if (vitestConfig !== undefined) return;
  draft.add('vitest.config.mts', (text) => {
    const config = usesJest(manifest) ? text.replace('*.test.', '*.vitest.') : text;
    if (alias === undefined) return config;
    const folder = alias.folder === '' ? 'import.meta.dirname' : `\`\${import.meta.dirname}/${alias.folder}\``;
    return config.replace(
      'defineConfig({\n',
      `defineConfig({\n  resolve: { alias: { '${alias.prefix.slice(0, -1)}': ${folder} } },\n`,
    );
  });
}

function usesJest(manifest: PackageManifest): boolean {
  return 'jest' in allDependencies(manifest);
}
