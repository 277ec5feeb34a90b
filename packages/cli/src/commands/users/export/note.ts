import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { isError } from '@torii/core/adapter';
import { CommandFailure } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';

export interface ExportNote {
  readonly torii: 'export';
  readonly version: 1;
  /** The filters and the format as one text. The export can only be resumed with the same filters and format. */
  readonly asked: string;
  readonly environmentId: string | null;
  readonly cursor: string | null;
  readonly users: number;
  /**
   * The number of bytes of the file that are safely on the disk. Later bytes come from a crashed run and are cut off.
   */
  readonly bytes: number;
  readonly tail: { readonly bytes: number; readonly sha256: string };
}

export function noteFileOf(file: string): string {
  return `${file}.torii-export`;
}

export async function readNote(file: string): Promise<ExportNote | undefined> {
  const noteFile = noteFileOf(file);
  try {
    const note: unknown = JSON.parse(await readFile(noteFile, 'utf8'));
    if (isNote(note)) return note;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (!isError(error) || error.name !== 'SyntaxError') throw error;
  }
  throw new CommandFailure(
    `${noteFile} was not written by this version of torii. To start again, move it and ${file} to another place.`,
  );
}

/** Writes to a temporary file, flushes it and renames it, so that a crash never leaves a partial note. */
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
