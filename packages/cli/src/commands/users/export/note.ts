import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { CommandFailure } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';

/** How far an export has come. Stands beside its file until the file is whole. */
export interface ExportNote {
  readonly torii: 'export';
  readonly version: 1;
  /** Which users in which form: an export goes on as it began. */
  readonly asked: string;
  /** Whose users they are, as the first of them says. */
  readonly environmentId: string | null;
  /** Where the next page begins; null for the first. */
  readonly cursor: string | null;
  readonly users: number;
  /** The length of the file when this was noted. What stands behind it was written by a run that did not end well. */
  readonly bytes: number;
  /** The last bytes of the file then: their number and their hash. So a note is never taken for that of another file. */
  readonly tail: { readonly bytes: number; readonly sha256: string };
}

export function noteFileOf(file: string): string {
  return `${file}.torii-export`;
}

/**
 * The note beside a file; undefined where there is none.
 *
 * @throws CommandFailure where something else has its name
 */
export async function readNote(file: string): Promise<ExportNote | undefined> {
  const noteFile = noteFileOf(file);
  try {
    const note: unknown = JSON.parse(await readFile(noteFile, 'utf8'));
    if (isNote(note)) return note;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CommandFailure(
    `${noteFile} is not a note of this version of torii. Move it and ${file} away to begin anew.`,
  );
}

/** Written whole, forced to the disk and then put in place, so that there is never half a note. */
export async function writeNote(file: string, note: ExportNote): Promise<void> {
  const noteFile = noteFileOf(file);
  const fresh = `${noteFile}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(note)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, noteFile);
}

export async function removeNote(file: string): Promise<void> {
  await rm(noteFileOf(file), { force: true });
  await rm(`${noteFileOf(file)}.new`, { force: true });
}

export function tailOf(data: Uint8Array): ExportNote['tail'] {
  return { bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
}

function isNote(value: unknown): value is ExportNote {
  const { torii, version, bytes, users, asked, tail } = Object(value);
  return (
    torii === 'export' &&
    version === 1 &&
    Number.isSafeInteger(bytes) &&
    Number.isSafeInteger(users) &&
    typeof asked === 'string' &&
    Number.isSafeInteger(tail?.bytes)
  );
}
