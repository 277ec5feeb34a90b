import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('lists the known benchmarks if a name is unknown', async () => {
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const run = promisify(execFile)(process.execPath, [main, 'verfy']);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Known: verify, ') });
});
