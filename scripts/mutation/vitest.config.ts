// The tests that run against mutants. main.ts sets MUTATION_TESTS.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const tests = process.env['MUTATION_TESTS']?.split(' ') ?? [];
const conditions = ['@torii/source', 'node', 'module', 'development|production'];

/** Runs the tests in the order of scope.ts. The first failure ends the run for a mutant. */
class ListedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  return tests.findIndex((test) => moduleId.endsWith(test));
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: tests,
    setupFiles: ['scripts/mutation/setup.ts'],
    isolate: false,
    sequence: { sequencer: ListedOrder },
    testTimeout: 10_000,
    hookTimeout: 10_000,
  },
});
