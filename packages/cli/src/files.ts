import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import type { Context } from './context.ts';
import { CommandFailure, UsageError } from './failures.ts';
import { printable } from './output/printable.ts';

/**
 * The text of a file, or of standard input where the path is `-`. Not for secrets that are kept in files: `readSecretFile`.
 *
 * @throws UsageError for a file that cannot be read, and for a text that is longer than can be meant
 */
export async function readTextOf({ stdin, cwd, signal }: Context, path: string, maxBytes: number): Promise<string> {
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
    const file = resolve(cwd, path);
    if (statSync(file).size > maxBytes) throw tooLong;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error === tooLong) throw error;
    throw new UsageError(`${path} cannot be read. Give the path of a file that can, or - for standard input.`);
  }
  return text;
}

/** The text of a file that holds one secret; `-` is standard input. White space around it does not count. */
export async function readSecretFile({ stdin, cwd }: Context, path: string): Promise<string> {
  if (path === '-') return (await readText(stdin)).trim();
  try {
    return readFileSync(resolve(cwd, path), 'utf8').trim();
  } catch {
    throw new UsageError(`${path} cannot be read. Give the path of a file that can, or - for standard input.`);
  }
}

/** A file as it is reached from here, written as shortly as the person wrote it. */
export function pathIn(cwd: string, file: string): string {
  return isAbsolute(file) ? file : relative('', resolve(cwd, file)) || '.';
}

/** What a person is told of a file that cannot be read or written. Other errors stay what they are. */
export function fileFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new CommandFailure(`${printable(file)}: ${reasons[code] ?? `the system says ${code}.`}`, { cause: error });
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'there is no right to do that. Choose another folder, or ask for the right.',
  EISDIR: 'is a folder. Name a file.',
  ENOENT: 'is not there. Is the path right?',
  ENOSPC: 'the disk is full. Make room.',
  EDQUOT: 'your share of the disk is full. Make room.',
  EROFS: 'the disk can only be read. Choose another folder.',
};
