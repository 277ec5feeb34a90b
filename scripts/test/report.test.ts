import { expect, test } from 'vitest';
import { countTests, describeCounts } from '../report.ts';

test('counts tests by result', () => {
  expect(countTests(reportOf('failed', ['passed', 'passed', 'failed', 'skipped', 'todo']))).toEqual({
    passed: 2,
    failed: 1,
    skipped: 2,
  });
});

test('counts a file that failed before its first test', () => {
  expect(countTests(reportOf('failed', []))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('counts a file that failed after its tests passed', () => {
  expect(countTests(reportOf('failed', ['passed']))).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('counts a test that never ended as failed', () => {
  expect(countTests(reportOf('failed', ['passed', 'pending']))).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test.each([
  [{ passed: 3, failed: 0, skipped: 0 }, '3 passed, 0 failed'],
  [{ passed: 3, failed: 1, skipped: 2 }, '3 passed, 1 failed, 2 skipped'],
])('formats %o for CI', (counts, line) => {
  expect(describeCounts(counts)).toBe(line);
});

function reportOf(status: string, tests: readonly string[]) {
  return { testResults: [{ name: 'a.test.ts', status, assertionResults: tests.map((each) => ({ status: each })) }] };
}
