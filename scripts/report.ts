// What vitest's JSON report says, in three numbers.

export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function countTests({ testResults }: Report): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of testResults) {
    const outcomes = assertionResults.map((test) => outcomeOf(test.status));
    // A file can fail where no test of it did: in an import, or after its last test.
    if (status === 'failed' && !outcomes.includes('failed')) outcomes.push('failed');
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  return counts;
}

function outcomeOf(status: string): keyof Counts {
  if (status === 'passed') return 'passed';
  if (status === 'skipped' || status === 'todo') return 'skipped';
  return 'failed'; // Also a test that was begun and never ended.
}

/** The line that CI reads. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
