import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { CommandFailure } from '../../failures.ts';
import { codeOf, fileFailure } from '../../files.ts';
import { printable } from '../../output/printable.ts';
import type { FileChange } from './plan.ts';

/** A file that is being changed, with what is needed to undo the change. */
interface Begun {
  readonly file: string;
  /** The new text, which is going to replace the file. */
  readonly next: string;
  /** A copy of the old file, with its mode. `undefined` if the file is new. */
  readonly old: string | undefined;
  /** The uppermost folder that was created for the file. */
  readonly folder: string | undefined;
}

/**
 * Writes all changes, or none: first to new files next to the old ones, which then replace them.
 *
 * @throws CommandFailure if a file changed since the plan was made, or cannot be written
 */
export function applyChanges(root: string, changes: readonly FileChange[]): void {
  for (const { path, before } of changes) {
    demandUnchanged(root, path, before);
    demandInside(root, path);
  }
  const begun: Begun[] = [];
  const copies: string[] = [];
  let replaced = 0;
  let current = '';
  try {
    for (const { path, before, after } of changes) {
      current = path;
      const file = realPath(join(root, path));
      const folder = mkdirSync(dirname(file), { recursive: true });
      const next = `${file}.torii-init`;
      const old = before === undefined ? undefined : `${file}.torii-init-old`;
      begun.push({ file, next, old, folder });
      const mode = modeOf(file, path);
      create(copies, next, () => writeFileSync(next, after, { flag: 'wx', ...(mode !== undefined && { mode }) }));
      // `writeFileSync` applies the umask to the mode, so set the mode again.
      if (mode !== undefined) chmodSync(next, mode);
      if (old !== undefined) create(copies, old, () => copyFileSync(file, old, constants.COPYFILE_EXCL));
    }
    for (const [index, { file, next }] of begun.entries()) {
      current = changes[index]?.path ?? '';
      renameSync(next, file);
      replaced += 1;
    }
  } catch (error) {
    for (const { file, old } of begun.slice(0, replaced)) {
      if (old === undefined) rmSync(file, { force: true });
      else renameSync(old, file);
    }
    remove(copies);
    for (const { file, folder } of begun) removeEmptyFolders(dirname(file), folder);
    const failure = fileFailure(error, current);
    if (!(failure instanceof CommandFailure)) throw failure;
    throw new CommandFailure(`${failure.message} Nothing was changed.`, { cause: error });
  }
  remove(copies);
}

function demandUnchanged(root: string, path: string, before: string | undefined): void {
  const file = join(root, path);
  const text = readText(file);
  if (text !== before)
    throw new CommandFailure(`${printable(path)} was changed in the meantime. Nothing was written. Run it again.`);
  if (text === undefined && isPresent(file))
    throw new CommandFailure(
      `${printable(path)} is not a text file that can be read. Nothing was written. Move it away, and run it again.`,
    );
}

/**
 * Refuses a file behind a link that leads out of the folder, because git cannot undo its change. Settings files are allowed: lines
 * are only added to them, and they are often shared by a link.
 */
function demandInside(root: string, path: string): void {
  let file = join(root, path);
  while (!isPresent(file)) file = dirname(file);
  const inside = relative(realPath(root), realPath(file));
  if (/^\.env/.test(path) || !(isAbsolute(inside) || /^\.\.(?:[/\\]|$)/.test(inside))) return;
  throw new CommandFailure(
    `${printable(path)} is outside of this folder, because of a link. Nothing was written. Replace the link, and run it again.`,
  );
}

/** Writes a copy and notes its name. A copy that exists belongs to another run, so it is left alone. */
function create(copies: string[], copy: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw fileFailure(error, basename(copy));
    copies.push(copy);
    throw error;
  }
  copies.push(copy);
}

function remove(copies: readonly string[]): void {
  for (const copy of copies) rmSync(copy, { force: true });
}

function removeEmptyFolders(from: string, until: string | undefined): void {
  if (until === undefined) return;
  try {
    for (let folder = from; folder.length >= until.length; folder = dirname(folder)) rmdirSync(folder);
  } catch {}
}

/** The mode of the old file. A new settings file contains a secret, so only its owner may read it. */
function modeOf(file: string, path: string): number | undefined {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined) return mode & 0o777;
  return /^\.env(?!\.example)/.test(path) ? 0o600 : undefined;
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
    // Reading a named pipe would wait for its writer.
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there is a file or a link. Also `true` for a link whose target does not exist. */
function isPresent(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
