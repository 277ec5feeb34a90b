import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from './lock-file.ts';
import { repository } from './workspace.ts';

export const nextExample: string = join(repository, 'examples', 'next');

/** Builds examples/next. See `build`. */
export function buildNextExample(): Promise<string | undefined> {
  return build('build', '@torii/example-next');
}

/** Builds the Next app of examples/shop. See `build`. */
export function buildShopExample(): Promise<string | undefined> {
  return build('build:web', '@torii/example-shop');
}

/**
 * Builds an example and its packages, unless they are up to date. Waits for another build of it: Next refuses to build
 * twice at the same time, and several tests need the app.
 *
 * @returns the output of the build if it failed
 */
async function build(task: string, example: string): Promise<string | undefined> {
  mkdirSync(join(repository, '.reports'), { recursive: true });
  await using _alone = await lock(join(repository, '.reports', 'next-example.lock'));
  const args = ['run', task, `--filter=${example}`, '--output-logs=errors-only'];
  const { status, stdout, stderr, error } = spawnSync('turbo', args, { cwd: repository, encoding: 'utf8' });
  return status === 0 ? undefined : [error?.message, stdout, stderr].filter(Boolean).join('\n').trim();
}
