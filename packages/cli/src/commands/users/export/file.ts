import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { CommandFailure } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';
import { type ExportNote, noteFileOf, readNote, removeNote, tailOf, writeNote } from './note.ts';

export interface ExportStart {
  readonly asked: string;
  readonly header: string;
  readonly restart: boolean;
}

export interface ExportFile {
  /** The progress that was flushed to the disk. */
  readonly note: ExportNote;
  add(lines: string, page: Pick<ExportNote, 'cursor' | 'environmentId'> & { readonly users: number }): Promise<void>;
  /** Saves the progress before the run stops. If saving fails, the progress that was saved earlier stays valid. */
  pause(): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

export async function openExportFile(file: string, { asked, header, restart }: ExportStart): Promise<ExportFile> {
  const earlier = await readNote(file);
  if (earlier !== undefined && restart) {
    await rm(file, { force: true });
    await removeNote(file);
  }
  const resumed = restart ? undefined : earlier;
  if (resumed !== undefined && resumed.asked !== asked) {
    throw new CommandFailure(
      `${file} was started with other filters or another format. Use the same ones to resume, or --restart to start again.`,
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
          `Another program is writing to ${file}. Wait until it has finished, then run this again.`,
        );
      }
      await writeAll(handle, data, written.bytes).catch(async (error: unknown) => {
        // Remove the partly written users: if the disk is full, this makes room to save the progress.
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
    // The last page has no next cursor, so save no progress note after it: a note without a cursor would resume at the
    // first page. If the run stops before finish(), the next run fetches the pages since the previous note again.
    if (written.cursor === null) return;
    // Flush the users to the disk before the note, or after a power cut the note could count users that were lost.
    await handle.sync();
    await writeNote(file, written);
    noted = written;
    notedAt = performance.now();
  }

  async function create(): Promise<FileHandle> {
    try {
      return await open(file, resumed === undefined ? 'wx' : 'w', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const found = await stat(file);
      if (found.isFile() && found.size === 0) return open(file, 'r+');
      throw new CommandFailure(
        `${file} already exists, and torii does not overwrite it. Choose another name, or move the file.`,
      );
    }
  }

  async function reopen({ bytes, tail }: ExportNote): Promise<FileHandle> {
    const opened = await open(file, 'r+').catch((error: unknown) => {
      throw codeOf(error) === 'ENOENT' ? changed('was removed') : error;
    });
    try {
      const last = Buffer.alloc(tail.bytes);
      await opened.read(last, 0, tail.bytes, bytes - tail.bytes);
      if (tailOf(last).sha256 !== tail.sha256) throw changed('was changed');
      await opened.truncate(bytes);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  function changed(how: string): CommandFailure {
    return new CommandFailure(
      `${file} ${how} after its export was stopped. Restore it, or remove ${noteFileOf(file)} and choose another name.`,
    );
  }
}

/** The minimum time between two flushes. Flushing after every page could take longer than fetching the page. */
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

async function writeAll(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = await handle.write(data, written, data.length - written, position + written);
    written += bytesWritten;
  }
}
