import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../src/product/bundle.ts';
import { Builds } from '../src/runner/builds.ts';
import { Pool } from '../src/runner/pool.ts';
import { search } from '../src/runner/search.ts';
import { scenarios } from './legacy-scenarios.ts';

/** The commit before a refresh survived a pause of its process. Statement 34 did not hold for keys and for permissions. */
const commit = '6bd1b5ae9fda000477035b1c0f0b4b34a3c2acaa';
const seconds = 300;

test.for(scenarios)(
  'finds what a pause did to the scenario "$name" before it was fixed (statement 34)',
  { timeout: 2 * seconds * 1000 },
  async (scenario, context) => {
    if (!hasCommit()) context.skip(`needs the history of the repository: run \`git fetch --unshallow\``);
    const root = mkdtempSync(join(tmpdir(), 'torii-old-commit-'));
    const pool = new Pool(availableParallelism(), new URL('legacy-scenarios.ts', import.meta.url).href);
    try {
      extract(root);
      const build = await new Builds().for(scenario, { root, ambient: true });
      const seed = Math.floor(Math.random() * 2 ** 32);
      const { found, episodes } = await search(pool, seed, scenario, build, { seconds, lanes: availableParallelism() });
      expect(found?.violation.statement, `${episodes} episodes of seed ${seed}`).toBe(34);
    } finally {
      await pool.close();
      rmSync(root, { recursive: true });
    }
  },
);

function hasCommit(): boolean {
  return spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: repository }).status === 0;
}

function extract(folder: string): void {
  const archive = execFileSync('git', ['archive', commit, 'packages'], { cwd: repository, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
}
