import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../../../context.ts';
import { UsageError } from '../../../failures.ts';
import { fileFailure } from '../file-failure.ts';

/** The bytes of a file, or of standard input for `-`. A signal ends the wait for more of them. */
export async function* readBytes(
  { stdin, folder }: Pick<Context, 'stdin' | 'folder'>,
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stream = file === '-' ? stdin : createReadStream(resolve(folder, file));
  let isFirst = true;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      const bytes = Buffer.from(chunk);
      if (isFirst) refuseUtf16(bytes, file);
      isFirst = false;
      yield bytes;
    }
  } catch (error) {
    throw fileFailure(error, file);
  }
}

function refuseUtf16(bytes: Buffer, file: string): void {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') throw new UsageError(`${file} is UTF-16. Save it as UTF-8, and import that.`);
}

/** How many lines there are, the last of them ended or not. */
export async function countLines(bytes: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  let last = 10;
  for await (const chunk of bytes) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? count : count + 1;
}
