import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { UsageError } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';

/** A file of the lines that failed, as they stood, to be mended and imported. */
export interface Rejects {
  add(raw: Buffer): Promise<void>;
  /** Without a line in it there is no file. */
  close(): Promise<void>;
}

/**
 * Begins the file. It holds what the lines hold, passwords too, and is for its owner alone.
 *
 * @throws UsageError where it is there already, and not from an earlier run of the same import
 */
export async function openRejects(path: string, header: Buffer, isOurs: boolean): Promise<Rejects> {
  const handle = await openFile(path, isOurs);
  let isEmpty = true;
  return {
    async add(raw) {
      if (isEmpty) await handle.appendFile(endedLine(header));
      isEmpty = false;
      await handle.appendFile(endedLine(raw));
    },
    async close() {
      await handle.close();
      if (isEmpty) await rm(path, { force: true });
    },
  };
}

async function openFile(path: string, isOurs: boolean): Promise<FileHandle> {
  try {
    return await open(path, isOurs ? 'w' : 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const found = await stat(path);
    if (found.isFile() && found.size === 0) return open(path, 'w');
    throw new UsageError(`${path} is there already, and torii does not write over it. Give --rejects another name.`);
  }
}

/** The last line of a file may lack its end. */
function endedLine(raw: Buffer): Buffer {
  return raw.length === 0 || raw.at(-1) === 10 ? raw : Buffer.concat([raw, Buffer.from('\n')]);
}
