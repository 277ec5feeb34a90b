import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { CommandFailure } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';
import { type ExportNote, noteFileOf, readNote, removeNote, tailOf, writeNote } from './note.ts';

/** What an export is of. */
export interface ExportStart {
  /** Which users in which form, in one text that is compared. */
  readonly asked: string;
  /** What the file begins with. */
  readonly header: string;
  /** Throws away what an earlier run has left unfinished. */
  readonly restart: boolean;
}

/** A file that users are written into, and that can be gone on with wherever it was left. */
export interface ExportFile {
  /** Where it stands, as far as that is on the disk. */
  readonly note: ExportNote;
  /** Adds a page. Every quarter of a second what has come is forced to the disk and noted. */
  add(lines: string, page: Pick<ExportNote, 'cursor' | 'environmentId'> & { readonly users: number }): Promise<void>;
  /** Notes what has come since. Where that fails, the note before holds. */
  pause(): Promise<void>;
  /** The file is whole: its note goes. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a file, or goes on with one that an earlier run has left.
 *
 * @throws CommandFailure where that would cost somebody a file
 */
export async function openExportFile(file: string, { asked, header, restart }: ExportStart): Promise<ExportFile> {
  const earlier = await readNote(file);
  if (earlier !== undefined && restart) {
    await rm(file, { force: true });
    await removeNote(file);
  }
  const resumed = restart ? undefined : earlier;
  if (resumed !== undefined && resumed.asked !== asked) {
    throw new CommandFailure(
      `${file} was begun with other filters or another format. Give those to go on with it, or --restart to begin anew.`,
    );
  }
  const handle = await (resumed === undefined || resumed.bytes === 0 ? create() : reopen(resumed));
  let written: ExportNote = resumed ?? { ...emptyNote, asked };
  let noted = written;
  let notedAt = performance.now();
  try {
    if (resumed === undefined) await writeNote(file, noted);
  } catch (error) {
    await handle.close();
    throw error;
  }

  return {
    get note() {
      return noted;
    },
    async add(lines, { cursor, environmentId, users }) {
      const data = Buffer.from(written.bytes === 0 ? header + lines : lines);
      if ((await handle.stat()).size !== written.bytes) {
        throw new CommandFailure(
          `Somebody else is writing into ${file}. Wait until they are done, and run this again.`,
        );
      }
      await writeAll(handle, data, written.bytes).catch(async (error: unknown) => {
        // Room for the note, which says how far it came.
        await handle.truncate(written.bytes).catch(() => {});
        throw error;
      });
      written = {
        ...written,
        cursor,
        environmentId,
        users: written.users + users,
        bytes: written.bytes + data.length,
        tail: data.length === 0 ? written.tail : tailOf(data),
      };
      if (performance.now() - notedAt >= noteEveryMs) await takeNote();
    },
    pause: () => takeNote().catch(() => {}),
    async finish() {
      await handle.sync();
      noted = written;
      await removeNote(file);
    },
    close: () => handle.close(),
  };

  async function takeNote(): Promise<void> {
    // A whole file is not noted: where it is stopped before its note goes, the last pages are read once more.
    if (written.cursor === null) return;
    // First the users, then the note that they are there: a note of what a power cut took would lose them.
    await handle.sync();
    await writeNote(file, written);
    noted = written;
    notedAt = performance.now();
  }

  /** Never over what is there: an empty file alone loses nothing. */
  async function create(): Promise<FileHandle> {
    try {
      return await open(file, resumed === undefined ? 'wx' : 'w', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const found = await stat(file);
      if (found.isFile() && found.size === 0) return open(file, 'r+');
      throw new CommandFailure(
        `${file} is there already, and torii does not write over it. Choose another name, or move it away.`,
      );
    }
  }

  async function reopen({ bytes, tail }: ExportNote): Promise<FileHandle> {
    const opened = await open(file, 'r+').catch((error: unknown) => {
      throw codeOf(error) === 'ENOENT' ? changed('is gone') : error;
    });
    try {
      const last = Buffer.alloc(tail.bytes);
      await opened.read(last, 0, tail.bytes, bytes - tail.bytes);
      if (tailOf(last).sha256 !== tail.sha256) throw changed('has changed');
      await opened.truncate(bytes);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  function changed(how: string): CommandFailure {
    return new CommandFailure(
      `${file} ${how} since its export was stopped. Put it back, or remove ${noteFileOf(file)} and choose another name.`,
    );
  }
}

/** To force a page to the disk may take longer than to fetch it. */
const noteEveryMs = 250;

const emptyNote: Omit<ExportNote, 'asked'> = {
  torii: 'export',
  version: 1,
  environmentId: null,
  cursor: null,
  users: 0,
  bytes: 0,
  tail: tailOf(new Uint8Array()),
};

/** A disk that fills up takes a part of what it is given. */
async function writeAll(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = await handle.write(data, written, data.length - written, position + written);
    written += bytesWritten;
  }
}
