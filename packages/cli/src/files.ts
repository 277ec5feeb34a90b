import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isError } from '@torii/core/adapter';
import { decodeText } from '@torii/core/internal';
import type { Context } from './context.ts';
import { CommandFailure, UsageError } from './failures.ts';
import { printable } from './output/printable.ts';

export const standardInput = 'Standard input';

/**
 * Reads a text file, or standard input if the path is `-`. For files that hold a secret, use {@link readSecretFile}.
 *
 * @throws UsageError if the file cannot be read, is not text, or is longer than `maxBytes`
 */
export async function readTextOf({ stdin, cwd, signal }: Context, path: string, maxBytes: number): Promise<string> {
  const name = path === '-' ? standardInput : path;
  const tooLong = new UsageError(`${name} is longer than ${maxBytes} bytes. Check that it is the right file.`);
  if (path === '-') {
    const chunks: Buffer[] = [];
    let size = 0;
    // The signal also ends a wait for input that never arrives.
    for await (const chunk of addAbortSignal(signal, stdin)) {
      chunks.push(Buffer.from(chunk));
      size += chunks.at(-1)?.length ?? 0;
      if (size > maxBytes) throw tooLong;
    }
    return textFrom(Buffer.concat(chunks), name);
  }
  let bytes: Buffer;
  try {
    const file = resolve(cwd, path);
    if (statSync(file).size > maxBytes) throw tooLong;
    bytes = readFileSync(file);
  } catch (error) {
    if (error === tooLong) throw error;
    throw unreadable(path);
  }
  return textFrom(bytes, name);
}

export async function readSecretFile({ stdin, cwd }: Context, path: string): Promise<string> {
  if (path === '-') return textFrom(await buffer(stdin), standardInput).trim();
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(cwd, path));
  } catch {
    throw unreadable(path);
  }
  return textFrom(bytes, path).trim();
}

/**
 * Decodes a file that a person wrote, as UTF-8 or as UTF-16 with a byte order mark.
 *
 * @param name The file in the error message.
 * @throws UsageError if the bytes are in another encoding, or are not text
 */
export function textFrom(bytes: Uint8Array, name: string): string {
  const reading = decodeText(bytes);
  if ('text' in reading) return reading.text;
  throw new UsageError(`${printable(name)} ${reading.problem}.`);
}

function unreadable(path: string): UsageError {
  return new UsageError(
    `${path} cannot be read. Check the path and the file’s permissions, or use - for standard input.`,
  );
}

/** Resolves a path against `cwd` and returns it relative to the process's folder, so that messages stay short. */
export function pathIn(cwd: string, file: string): string {
  return isAbsolute(file) ? file : relative('', resolve(cwd, file)) || '.';
}

export function fileFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new CommandFailure(`${printable(file)}: ${reasons[code] ?? `the operating system reported ${code}.`}`, {
    cause: error,
  });
}

export function codeOf(error: unknown): string {
  const code: unknown = isError(error) ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied. Choose another folder, or change the permissions.',
  EEXIST: 'it exists already, perhaps from a run that was stopped. Delete it, and try again.',
  EISDIR: 'this is a folder. Name a file.',
  ENOENT: 'no such file or folder. Check the path.',
  ENOSPC: 'the disk is full. Free some space and try again.',
  EDQUOT: 'your disk quota is used up. Free some space and try again.',
  EROFS: 'the file system is read-only. Choose another folder.',
};
