import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../workspace.ts';
import { twentySixOperations } from './fixtures.ts';
import { withOtherNames } from './renamed-spec.ts';

/** This limit only ends a run that hangs. */
const timeout = 1_800_000;
// run.test.ts would install the dependencies of the copy, through the link, into our own node_modules.
const leftOut = new Set(['.git', '.next', '.reports', '.tools', '.turbo', 'dist', 'run.test.ts']);
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'torii-newer-'));
  cpSync(repository, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !leftOut.has(basename(path)) && path !== join(repository, 'node_modules'),
  });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
}, timeout);

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

const newer = readFileSync(twentySixOperations, 'utf8');

test.each([
  ['with 26 operations', newer],
  ['with 26 operations and other names', JSON.stringify(withOtherNames(newer))],
])(
  'with a published specification %s in place of ours, all packages compile, and the client and the scripts pass their tests',
  { timeout },
  (_name, text) => {
    writeFileSync(join(copy, 'spec', 'server-v1.json'), text);
    expect(run('node', 'scripts/generate/main.ts')).toEqual(success);
    for (const name of ['core', 'api', 'emulator', 'cli'])
      expect(run('tsc', '--noEmit', '-p', `packages/${name}`)).toEqual(success);
    expect(run('vitest', 'run', '--no-color', '--project=api', '--project=scripts')).toEqual(success);
  },
);

const success = { status: 0, output: '' };

/** The output is empty if the program succeeded. */
function run(program: string, ...options: readonly string[]): Readonly<{ status: number | null; output: string }> {
  const { status, stdout, stderr }: SpawnSyncReturns<string> = spawnSync(program, options, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { ...process.env, TEST_SUITE: undefined },
  });
  return { status, output: status === 0 ? '' : stdout + stderr };
}
