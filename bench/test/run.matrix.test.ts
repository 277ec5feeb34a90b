import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..', 'src');
const env = { ...process.env, BENCH_ROUNDS: '1', BENCH_SCALE: '0.01' };

test('runs benchmarks from end to end, and does not keep the results of a trial', async () => {
  const main = join(source, 'main.ts');
  const names = ['verify', 'webcrypto', 'edge-size'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...names], { env });
  expect(stdout).toContain('# Verifying a token on Node');
  expect(stdout).toContain('Cold, 64 in flight, with web crypto');
  expect(stdout).toContain('Bytes to verify a token at the edge');
  expect(stdout).toContain('Results are not kept');
}, 120_000);

test('measures how cost grows, and the versions of Node', async () => {
  const names = ['growth', 'node-versions'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@torii/source', join(source, 'main.ts'), ...names],
    { env },
  );
  expect(stdout).toContain('One verifier with many issuers');
  expect(stdout).toContain('Ratios to jose, by the version of Node');
}, 240_000);

test.each(['verify', 'verify-cold', 'one-call', 'authenticate-request', 'express', 'authz', 'authz-patterns'])(
  'profiles the scenario %s',
  async (name) => {
    const program = join(source, 'profile', 'main.ts');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@torii/source', program, name, '0.2'],
      { env },
    );
    expect(stdout).toContain('Flame graph: ');
    expect(stdout).toMatch(/core\/src|authz\/src|express\//);
  },
  120_000,
);
