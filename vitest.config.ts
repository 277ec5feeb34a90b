import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';
import { skippedTests } from './scripts/skipped-tests.ts';

// Many tests start programs of ours. Node keeps what it compiled for the next of them, which starts three times as fast.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.reports', 'compile-cache');

/** A safety net for what never ends. Wide enough for a machine that is ten times slower than yours. */
const limits = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };

const matrixFiles = ['**/*.matrix.test.ts'];

/** One project per room, so that a test shows under the name of its package. */
const rooms = globSync(['{packages,examples}/*/package.json', '{bench,conformance}/package.json'], {
  cwd: import.meta.dirname,
}).map(
  (manifest): TestProjectConfiguration => ({
    ...resolveFromSource('node'),
    test: {
      ...limits,
      name: manifest.startsWith('packages') ? basename(dirname(manifest)) : dirname(manifest),
      include: [`${dirname(manifest)}/test/**/*.test.ts`],
      exclude: matrixFiles,
    },
  }),
);

const scripts: TestProjectConfiguration = {
  test: { ...limits, name: 'scripts', include: ['scripts/test/**/*.test.ts'], exclude: matrixFiles },
};

const edge: TestProjectConfiguration = {
  ...resolveFromSource('edge-light'),
  test: {
    ...limits,
    name: 'edge',
    environment: 'edge-runtime',
    // What lies in test/node/ needs Node: a server, a file, a process.
    include: ['packages/{core,api}/test/*.test.ts'],
    exclude: matrixFiles,
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

/** What `npm run test:matrix` runs, and `npm test` does not. */
const matrix: TestProjectConfiguration = {
  ...resolveFromSource('node'),
  test: {
    ...limits,
    name: 'matrix',
    // A file that is named `*.real.test.ts` runs in both suites, each time with other apps: see packages/next/test/apps.ts.
    include: [
      '{packages,examples}/*/test/**/*.{matrix,real}.test.ts',
      '{bench,conformance,scripts}/test/**/*.{matrix,real}.test.ts',
    ],
    env: { TEST_SUITE: 'matrix' },
  },
};

export default defineConfig({
  test: {
    projects: [...rooms, scripts, edge, types, matrix],
    // More than there are processors, since many tests wait for other programs.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // scripts/test.ts counts from the JSON report.
    reporters: ['default', 'json', skippedTests],
    outputFile: { json: '.reports/vitest.json' },
  },
});

/** Workspace packages are read from `src/`, so that tests need no build. The rest is what Vite asks for anyway. */
function resolveFromSource(platform: 'node' | 'edge-light') {
  const conditions = ['@torii/source', platform, 'module', 'development|production'];
  return { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
}
