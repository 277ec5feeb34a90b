/** The part of vitest's JSON report that is read here. */
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
    // A file can fail although none of its tests failed: in an import, or in a hook after the last test.
    if (status === 'failed' && !outcomes.includes('failed')) outcomes.push('failed');
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  return counts;
}

function outcomeOf(status: string): keyof Counts {
  if (status === 'passed') return 'passed';
  if (status === 'skipped' || status === 'todo') return 'skipped';
  return 'failed'; // Includes `pending`: the test started and never ended.
}

/** Formats the line that CI parses. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
