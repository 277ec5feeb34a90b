import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ToriiClient, UserListParams } from '@torii/api';

/** How far an export has come. Kept beside its file until the file is whole. */
interface Progress {
  /** Where the next page begins; null for the first. */
  readonly cursor: string | null;
  readonly users: number;
  /** The length of the file when this was noted. What stands behind it was written by a run that did not end well. */
  readonly bytes: number;
}

export interface ExportOptions {
  /** Which users, and how many in a page. */
  readonly filter?: Omit<UserListParams, 'cursor'>;
  readonly signal?: AbortSignal;
  /** Told how many users the file holds, after each page. */
  readonly onPage?: (users: number) => void;
}

/**
 * Writes every user into a file, a line of JSON each, and gives their number. When it was stopped, by whatever, the same
 * call goes on where it was: no user is missing, none is there twice.
 */
export async function exportUsers(torii: ToriiClient, file: string, options: ExportOptions = {}): Promise<number> {
  const { filter, signal, onPage } = options;
  const noteFile = `${file}.progress`;
  if (existsSync(file) && !existsSync(noteFile))
    throw new Error(`${file} is there already, and whole. Choose another.`);
  const start: Progress = existsSync(noteFile)
    ? JSON.parse(await readFile(noteFile, 'utf8'))
    : { cursor: null, users: 0, bytes: 0 };

  let { users, bytes } = start;
  await note({ ...start });
  await using output = await open(file, 'a');
  await output.truncate(bytes);
  for await (const { items, nextCursor } of torii.users.list({ ...filter, cursor: start.cursor }, { signal }).pages()) {
    const lines = Buffer.from(items.map((user) => `${JSON.stringify(user)}\n`).join(''));
    await output.appendFile(lines);
    // First the users, then the note that they are there: a note of what a power cut took would lose them.
    await output.sync();
    users += items.length;
    bytes += lines.length;
    if (nextCursor !== null) await note({ cursor: nextCursor, users, bytes });
    onPage?.(users);
  }
  await rm(noteFile);
  return users;

  async function note(progress: Progress): Promise<void> {
    // Written whole and then put in place, so that there is never half a note.
    await writeFile(`${noteFile}.new`, JSON.stringify(progress));
    await rename(`${noteFile}.new`, noteFile);
  }
}
