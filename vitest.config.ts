import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';
import { skippedTests } from './scripts/skipped-tests.ts';

// Many tests start Node programs. With a compile cache, they start three times as fast.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.reports', 'compile-cache');

/** Only to end tests that hang. Large enough for a machine that is ten times slower than a usual one. */
const limits = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };

const matrixFiles = ['**/*.matrix.test.ts'];

/** Tests without servers and processes, which also run on the edge runtime. */
const portableFiles = ['packages/{core,api}/test/*.test.ts'];

/** One project per package, so that a test is listed under its package. */
const packages = globSync(
  [
    '{packages,examples,examples/recipes}/*/package.json',
    // The others use `node:test`, and a test of the command line runs them.
    'examples/start/next-*/package.json',
    '{bench,conformance,simulation,site}/package.json',
  ],
  { cwd: import.meta.dirname },
).map(
  (manifest): TestProjectConfiguration => ({
    ...resolveFromSource('node'),
    test: {
      ...limits,
      name: manifest.startsWith('packages') ? basename(dirname(manifest)) : dirname(manifest),
      include: [`${dirname(manifest)}/test/**/*.test.ts`],
      exclude: [...matrixFiles, ...portableFiles],
    },
  }),
);

/**
 * The files share processes, which saves a third of their time. Tests that start servers cannot: packages keep the keys of an issuer
 * by its address, and a later file may get the port of an earlier one.
 */
const portable: TestProjectConfiguration = {
  ...resolveFromSource('node'),
  test: { ...limits, name: 'portable', isolate: false, include: portableFiles, exclude: matrixFiles },
};

const scripts: TestProjectConfiguration = {
  test: { ...limits, name: 'scripts', include: ['scripts/test/**/*.test.ts'], exclude: matrixFiles },
};

const edge: TestProjectConfiguration = {
  ...resolveFromSource('edge-light'),
  test: {
    ...limits,
    name: 'edge',
    environment: 'edge-runtime',
    // Each file of a worker gets a new environment but no new process.
    isolate: false,
    // Tests in test/node/ need servers, files or processes.
    include: portableFiles,
    exclude: matrixFiles,
  },
};

/**
 * In a `vm` context, as in Jest: Node's own errors and bytes have other classes than the tested code sees. A matrix test runs
 * more files this way.
 */
const realm: TestProjectConfiguration = {
  ...resolveFromSource('node'),
  test: {
    ...limits,
    name: 'realm',
    pool: 'vmForks',
    include: ['packages/emulator/test/{emulator,storage,users-api}.test.ts', 'packages/streams/test/nats-tls.test.ts'],
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
      // This tsconfig.json must include all type tests: vitest passes a file that it does not include without checking
      // it.
      tsconfig: './tsconfig.json',
    },
  },
};

/** The tests of `npm run test:matrix`. */
const matrix: TestProjectConfiguration = {
  ...resolveFromSource('node'),
  test: {
    ...limits,
    name: 'matrix',
    // A `*.real.test.ts` file runs in both suites, and tries more in this one.
    include: [
      '{packages,examples,examples/recipes}/*/test/**/*.{matrix,real}.test.ts',
      '{bench,conformance,scripts,simulation,site}/test/**/*.{matrix,real}.test.ts',
    ],
    env: { TEST_SUITE: 'matrix' },
  },
};

export default defineConfig({
  test: {
    projects: [...packages, portable, scripts, edge, realm, types, matrix],
    // One more than there are processors, because many tests wait for other programs.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // scripts/test.ts reads the JSON report.
    reporters: ['default', 'json', skippedTests],
    outputFile: { json: '.reports/vitest.json' },
  },
});

/**
 * Resolves workspace packages to their `src/`, so that tests need no build. The other conditions are Vite's defaults.
 */
function resolveFromSource(platform: 'node' | 'edge-light') {
  const conditions = ['@torii/source', platform, 'module', 'development|production'];
  return { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };
}
