import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('runs benchmarks from end to end, and does not keep the results of a trial', async () => {
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const env = { ...process.env, BENCH_ROUNDS: '1', BENCH_SCALE: '0.01' };
  const names = ['verify', 'webcrypto', 'edge-size'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...names], { env });
  expect(stdout).toContain('# Verifying a token on Node');
  expect(stdout).toContain('Cold, 64 in flight, with web crypto');
  expect(stdout).toContain('Bytes to verify a token at the edge');
  expect(stdout).toContain('Results are not kept');
}, 120_000);

test('lists the known benchmarks if a name is unknown', async () => {
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const run = promisify(execFile)(process.execPath, [main, 'verfy']);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Known: verify, ') });
});
