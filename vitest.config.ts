import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { skippedTests } from './scripts/skipped-tests.ts';

const timeouts = { testTimeout: 20_000, hookTimeout: 20_000 };

/** One project per room, so that a test shows under the name of its package. */
const rooms = globSync(['{packages,examples}/*/package.json', '{bench,conformance}/package.json'], {
  cwd: import.meta.dirname,
}).map(
  (manifest): TestProjectConfiguration => ({
    ...resolveFromSource('node'),
    test: {
      ...timeouts,
      name: manifest.startsWith('packages') ? basename(dirname(manifest)) : dirname(manifest),
      include: [`${dirname(manifest)}/test/**/*.test.ts`],
    },
  }),
);

const scripts: TestProjectConfiguration = {
  test: { ...timeouts, name: 'scripts', include: ['scripts/test/**/*.test.ts'] },
};

const edge: TestProjectConfiguration = {
  ...resolveFromSource('edge-light'),
  test: {
    ...timeouts,
    name: 'edge',
    environment: 'edge-runtime',
    // What lies in test/node/ needs Node: a server, a file, a process.
    include: ['packages/{core,api}/test/*.test.ts'],
  },
};

const types: TestProjectConfiguration = {
  test: {
    name: 'types',
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      checker: 'tsc',
      include: ['packages/*/test/**/*.test-d.ts'],
      // A file that this tsconfig.json does not include passes unread.
      tsconfig: './tsconfig.json',
    },
  },
};

export default defineConfig({
  test: {
    projects: [...rooms, scripts, edge, types],
    // scripts/test.ts counts from the JSON report.
    reporters: ['default', ['json', { outputFile: '.reports/vitest.json' }], skippedTests],
  },
});

/** Workspace packages are read from `src/`, so that tests need no build. The rest is what Vite asks for anyway. */
function resolveFromSource(platform: 'node' | 'edge-light') {
  const conditions = ['@torii/source', platform, 'module', 'development|production'];
  return { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
}
