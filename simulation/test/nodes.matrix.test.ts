import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../src/product/bundle.ts';
import { hashOf, simulate } from './command.ts';

/** Node 20 does not run TypeScript files. */
const versions = ['node22', 'node24', 'node26'];

test('the same seed gives the same trace on Node 22, 24 and 26', async (context) => {
  const binaries = versions.map(binaryOf);
  const missing = versions.filter((_version, i) => binaries[i] === undefined);
  if (missing.length > 0)
    context.skip(`needs ${missing.join(', ')}: run \`node scripts/run.mjs pnpm install\` on linux-x64`);
  const hashes: (string | undefined)[] = [];
  for (const binary of binaries) {
    const ended = await simulate(['--seed', '5', '--episodes', '100'], binary);
    expect(ended).toMatchObject({ code: 0 });
    hashes.push(hashOf(ended));
  }
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(hashes).toEqual(versions.map(() => hashes[0]));
}, 1_200_000);

test('every statement holds in five minutes of random seeds', async () => {
  const workers = String(availableParallelism());
  const { code, stdout } = await simulate(['--explore', '5', '--workers', workers]);
  expect(stdout).toContain('Every statement holds.');
  expect(code).toBe(0);
}, 3_600_000);

function binaryOf(version: string): string | undefined {
  try {
    const require = createRequire(join(repository, 'runtimes', 'package.json'));
    const binary = join(dirname(require.resolve(`${version}/package.json`)), 'bin', 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
