// The tests that run against the mutants of one package. main.ts sets the environment variables.
import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const folder = `packages/${process.env['MUTATED_PACKAGE']}/test`;
const conditions = ['@torii/source', 'node', 'module', 'development|production'];

/** Small files first: most mutants die there, and the rest of the tests is then skipped. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => statSync(a.moduleId).size - statSync(b.moduleId).size);
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [`${folder}/**/*.test.ts`],
    exclude: (process.env['MUTATION_EXCLUDED_TESTS'] ?? '').split(' ').map((name) => `${folder}/${name}`),
    sequence: { sequencer: SmallestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
