import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandFailure } from '../../failures.ts';
import { fileFailure } from '../../files.ts';
import type { FileChange } from './plan.ts';

/**
 * Writes all changes, or none: first to new files next to the old ones, which then replace them.
 *
 * @throws CommandFailure if a file changed since the plan was made, or cannot be written
 */
export function applyChanges(root: string, changes: readonly FileChange[]): void {
  for (const { path, before } of changes) {
    if (readText(join(root, path)) !== before)
      throw new CommandFailure(`${path} was changed in the meantime. Nothing was written. Run it again.`);
  }
  const written: string[] = [];
  let replaced = 0;
  try {
    for (const { path, after } of changes) {
      const file = realPath(join(root, path));
      mkdirSync(dirname(file), { recursive: true });
      const temporary = `${file}.torii-init`;
      written.push(temporary);
      writeFileSync(temporary, after, { flag: 'wx', mode: modeOf(file, path) });
    }
    for (const { path } of changes) {
      const file = realPath(join(root, path));
      renameSync(`${file}.torii-init`, file);
      replaced += 1;
    }
  } catch (error) {
    restore(root, changes.slice(0, replaced));
    throw fileFailure(error, root);
  } finally {
    for (const file of written) rmSync(file, { force: true });
  }
}

function restore(root: string, changes: readonly FileChange[]): void {
  for (const { path, before } of changes) {
    if (before === undefined) rmSync(join(root, path), { force: true });
    else writeFileSync(join(root, path), before);
  }
}

/** A new settings file contains a secret, so only its owner may read it. */
function modeOf(file: string, path: string): number {
  try {
    return statSync(file).mode & 0o777;
  } catch {
    return /^\.env(?!\.example)/.test(path) ? 0o600 : 0o666;
  }
}

/** Follows a symbolic link, so that its target is written and the link is kept. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
