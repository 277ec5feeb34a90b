import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../context.ts';
import { UsageError } from '../failures.ts';

/**
 * The text of a file, or of standard input where the path is `-`. Not for secrets that are kept in files: `readSecretFile`.
 *
 * @throws UsageError for a file that cannot be read, and for a text that is longer than can be meant
 */
export async function readTextOf({ stdin, folder, signal }: Context, path: string, maxBytes: number): Promise<string> {
  const tooLong = new UsageError(`There are more than ${maxBytes} bytes in it, too many to be what is asked for.`);
  if (path === '-') {
    const chunks: Buffer[] = [];
    let size = 0;
    // Ctrl-C while nothing comes.
    for await (const chunk of addAbortSignal(signal, stdin)) {
      chunks.push(Buffer.from(chunk));
      size += chunks.at(-1)?.length ?? 0;
      if (size > maxBytes) throw tooLong;
    }
    return Buffer.concat(chunks).toString();
  }
  let text: string;
  try {
    const file = resolve(folder, path);
    if (statSync(file).size > maxBytes) throw tooLong;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error === tooLong) throw error;
    throw new UsageError(`${path} cannot be read. Give the path of a file that can, or - for standard input.`);
  }
  return text;
}
