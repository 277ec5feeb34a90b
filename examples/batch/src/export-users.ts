import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ToriiClient, UserListParams } from '@torii/api';

/** How far an export has come. Stored in a second file until the export is complete. */
interface Progress {
  /** The cursor of the next page; `null` for the first page. */
  readonly cursor: string | null;
  readonly users: number;
  /** The length of the complete part of the file. Anything after it was written by an interrupted run. */
  readonly bytes: number;
}

export interface ExportOptions {
  /** Which users to export, and how many per page. */
  readonly filter?: Omit<UserListParams, 'cursor'>;
  readonly signal?: AbortSignal;
  /** Called after each page with the number of users in the file. */
  readonly onPage?: (users: number) => void;
}

/**
 * Writes every user to a file, as one line of JSON each, and returns their number. After an interruption of any kind, the
 * same call continues: no user is missing, and no user is written twice.
 */
export async function exportUsers(client: ToriiClient, file: string, options: ExportOptions = {}): Promise<number> {
  const { filter, signal, onPage } = options;
  const progressFile = `${file}.progress`;
  if (existsSync(file) && !existsSync(progressFile))
    throw new Error(`${file} already contains a complete export. Choose another file.`);
  const start: Progress = existsSync(progressFile)
    ? JSON.parse(await readFile(progressFile, 'utf8'))
    : { cursor: null, users: 0, bytes: 0 };

  let { users, bytes } = start;
  await saveProgress({ ...start });
  await using output = await open(file, 'a');
  await output.truncate(bytes);
  for await (const { items, nextCursor } of client.users
    .list({ ...filter, cursor: start.cursor }, { signal })
    .pages()) {
    const lines = Buffer.from(items.map((user) => `${JSON.stringify(user)}\n`).join(''));
    await output.appendFile(lines);
    // Sync the users before saving the progress. Otherwise a power failure could lose users that count as written.
    await output.sync();
    users += items.length;
    bytes += lines.length;
    if (nextCursor !== null) await saveProgress({ cursor: nextCursor, users, bytes });
    onPage?.(users);
  }
  await rm(progressFile);
  return users;

  async function saveProgress(progress: Progress): Promise<void> {
    // Renaming is atomic, so the progress file is never incomplete.
    await writeFile(`${progressFile}.new`, JSON.stringify(progress));
    await rename(`${progressFile}.new`, progressFile);
  }
}
