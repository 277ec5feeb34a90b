import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveCommand } from '../src/process-server.ts';
import { createProgress } from '../src/progress.ts';
import { describeResults, summarize } from '../src/report.ts';
import { runConformance } from '../src/run.ts';

const program = join(import.meta.dirname, '..', 'adapters', 'process.ts');
const command = [process.execPath, '--conditions=@torii/source', program];

test('a process with all features passes every case, and nothing is left out', async () => {
  const shown: string[] = [];
  const progress = createProgress({ isTTY: true, write: (text: string) => shown.push(text) } as never);
  const results = await runConformance(serveCommand(command, { startSeconds: 300 }), {
    onResult: (_result, done, all) => progress.show(done, all, 0),
  });
  const { passed, failed, leftOut } = summarize(results, 'responses');
  expect(describeResults(results, 'responses', false)).toBe(
    `level responses: ${passed} passed, 0 failed, 0 not tested`,
  );
  expect([failed, leftOut]).toEqual([0, 0]);
  expect(passed).toBeGreaterThan(200);
  expect(shown.at(-1)).toContain(`${'█'.repeat(30)} ${passed}/${passed}`);
});

test('without a terminal, no progress is drawn', () => {
  const progress = createProgress({ isTTY: false, write: () => expect.unreachable() } as never);
  progress.show(1, 2, 0);
  progress.clear();
});
