// A vitest reporter that prints each skipped test with its reason.
import type { Reporter } from 'vitest/node';

export const skippedTests: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        const where = `${test.project.name}: ${module.relativeModuleId} > ${test.fullName}`;
        console.log(`skipped ${where}${reason === undefined ? '' : ` (${reason})`}`);
      }
    }
  },
};
