import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..', 'src');
const env = { ...process.env, BENCH_ROUNDS: '1', BENCH_SCALE: '0.01' };

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
