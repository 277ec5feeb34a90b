import { spawnSync } from 'node:child_process';
import { CommandFailure } from '../../failures.ts';
import { brief } from '../../output/printable.ts';

/**
 * The files of the folder that differ from the last commit, or that git does not know, as lines of `git status`. `undefined` if
 * the folder is not in a git repository, or git is not installed.
 *
 * @throws CommandFailure if git cannot tell
 */
export function uncommittedFiles(folder: string): readonly string[] | undefined {
  const { code, stdout, stderr } = git(folder, ['status', '--porcelain', '--untracked-files=all', '--', '.']);
  if (code === 0) return stdout.split('\n').filter((line) => line !== '');
  if (code === 'ENOENT' || stderr.includes('not a git repository (or any')) return undefined;
  throw new CommandFailure(
    `git cannot say whether there are uncommitted changes: ${brief(stderr.trim(), 200)} Correct it, or use --force.`,
  );
}

/** Whether git ignores this file, by any of its settings. `undefined` if the folder is not in a git repository. */
export function isIgnored(folder: string, path: string): boolean | undefined {
  // --no-index: what the settings say, also of a file that was committed in spite of them.
  const { code } = git(folder, ['check-ignore', '--quiet', '--no-index', '--', path]);
  return code === 0 || code === 1 ? code === 0 : undefined;
}

/** Whether git has this file, so that its next change is committed too. */
export function isTracked(folder: string, path: string): boolean {
  return git(folder, ['ls-files', '--error-unmatch', '--', path]).code === 0;
}

function git(folder: string, args: readonly string[]) {
  // GIT_OPTIONAL_LOCKS=0: take no lock, so that other git commands are not disturbed. LC_ALL=C: messages in English.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  const code: unknown = error === undefined ? status : Reflect.get(error, 'code');
  return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
}
