import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from './lock-file.ts';
import { repository } from './workspace.ts';

export const nextExample: string = join(repository, 'examples', 'next');

/**
 * Builds examples/next and its packages, unless they are up to date. Waits for another build of it: Next refuses to build
 * twice at the same time, and several tests need the app.
 *
 * @returns the output of the build if it failed
 */
export async function buildNextExample(): Promise<string | undefined> {
  mkdirSync(join(repository, '.reports'), { recursive: true });
  await using _alone = await lock(join(repository, '.reports', 'next-example.lock'));
  const args = ['run', 'build', '--filter=@torii/example-next', '--output-logs=errors-only'];
  const { status, stdout, stderr, error } = spawnSync('turbo', args, { cwd: repository, encoding: 'utf8' });
  return status === 0 ? undefined : [error?.message, stdout, stderr].filter(Boolean).join('\n').trim();
}
