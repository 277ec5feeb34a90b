import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../../../context.ts';
import { UsageError } from '../../../failures.ts';
import { fileFailure } from '../../../files.ts';

/** What stands in a file of users, a record at a time. */
export type InputLine = InputRecord | BrokenLine;

export interface InputRecord {
  readonly kind: 'record';
  /** Where it begins, from 1. */
  readonly line: number;
  /** As it stands in the file, its end of line included. */
  readonly raw: Buffer;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Nothing that could be read. */
export interface BrokenLine {
  readonly kind: 'broken';
  readonly line: number;
  readonly raw: Buffer;
  readonly problem: string;
}

/** A file of users, as far as it is understood before its first user. */
export interface Input {
  /** What stands before the users, and belongs before any selection of them. */
  readonly header: Buffer;
  readonly lines: AsyncIterable<InputLine>;
}

/** More than a user can have; a file that has it is something else. */
export const longestRecord = 1_000_000;

/** The bytes of a file, or of standard input for `-`. A signal ends the wait for more of them. */
export async function* readBytes(
  { stdin, cwd }: Pick<Context, 'stdin' | 'cwd'>,
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stream = file === '-' ? stdin : createReadStream(resolve(cwd, file));
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

/** Reads a JSON object from each line. Empty lines are none. */
export function readNdjson(bytes: AsyncIterable<Buffer>): Input {
  return { header: Buffer.alloc(0), lines: readLines(bytes) };
}

async function* readLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<InputLine> {
  let line = 0;
  for await (const raw of splitLines(bytes)) {
    line++;
    const read = readLine(raw, line);
    if (read !== undefined) yield read;
  }
}

/** Pieces that end with a line feed, the last perhaps without. By bytes: U+2028 may stand in JSON, and ends no line. */
export async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const held = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10, begin)) {
      yield held.subarray(begin, end + 1);
      begin = end + 1;
    }
    rest = held.subarray(begin);
    if (rest.length > longestRecord) throw new UsageError('A line is longer than 1 MB: this is not NDJSON.');
  }
  if (rest.length > 0) yield rest;
}

function readLine(raw: Buffer, line: number): InputLine | undefined {
  if (!isUtf8(raw)) return { kind: 'broken', line, raw, problem: 'it is not UTF-8' };
  // A byte order mark is white space to trim().
  const text = raw.toString('utf8').trim();
  if (text === '') return undefined;
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return { kind: 'record', line, raw, fields: fields as Readonly<Record<string, unknown>> };
    }
  } catch {
    // Said below.
  }
  const isArray = line === 1 && text.startsWith('[');
  if (isArray)
    throw new UsageError('This is a JSON array. Write one object to a line: `jq -c ".[]"` makes that of it.');
  return { kind: 'broken', line, raw, problem: 'it is not a JSON object on one line' };
}
