import { spawnSync } from 'node:child_process';

/**
 * The files of the folder that differ from the last commit, or that git does not know, as lines of `git status`. `undefined` if
 * the folder is not in a git repository, or git is not installed.
 */
export function uncommittedFiles(folder: string): readonly string[] | undefined {
  const output = git(folder, ['status', '--porcelain', '--untracked-files=all', '--', '.']);
  return output?.split('\n').filter((line) => line !== '');
}

/** Whether git ignores this file, by any of its settings. */
export function isIgnored(folder: string, path: string): boolean {
  return git(folder, ['check-ignore', '--quiet', '--', path]) !== undefined;
}

function git(folder: string, args: readonly string[]): string | undefined {
  // GIT_OPTIONAL_LOCKS: only read, also while another git command runs.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  const { status, stdout } = spawnSync('git', args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 100_000_000 });
  return status === 0 ? stdout : undefined;
}
