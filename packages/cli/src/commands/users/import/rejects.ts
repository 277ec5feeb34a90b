import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { UsageError } from '../../../failures.ts';
import { codeOf } from '../../../files.ts';

export interface Rejects {
  add(raw: Buffer): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates the file, readable only by its owner because the lines can contain passwords.
 *
 * @param isOurs whether an earlier run of the same import wrote the file, so that it can be overwritten
 * @throws UsageError if the file exists, is not empty, and `isOurs` is false
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
    throw new UsageError(`${path} already exists, and torii does not overwrite it. Choose another name for --rejects.`);
  }
}

function endedLine(raw: Buffer): Buffer {
  return raw.length === 0 || raw.at(-1) === 10 ? raw : Buffer.concat([raw, Buffer.from('\n')]);
}
