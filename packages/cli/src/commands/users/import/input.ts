import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../../../context.ts';
import { UsageError } from '../../../failures.ts';
import { fileFailure, standardInput } from '../../../files.ts';
import { normalizeText } from './text-stream.ts';

export type InputLine = InputRecord | BrokenLine;

export interface InputRecord {
  readonly kind: 'record';
  readonly line: number;
  readonly raw: Buffer;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface BrokenLine {
  readonly kind: 'broken';
  readonly line: number;
  readonly raw: Buffer;
  readonly problem: string;
}

export interface Input {
  /** The header row of a CSV file, which a file of rejected lines needs too. Empty for NDJSON. */
  readonly header: Buffer;
  readonly lines: AsyncIterable<InputLine>;
}

/** The maximum size of a record in bytes. No user needs this much, so a longer record means a wrong file. */
export const longestRecord = 1_000_000;

/** Reads a file or standard input as UTF-8, without a byte order mark. */
export async function* readBytes(
  { stdin, cwd }: Pick<Context, 'stdin' | 'cwd'>,
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const stream = file === '-' ? stdin : createReadStream(resolve(cwd, file));
  try {
    yield* normalizeText(addAbortSignal(signal, stream), file === '-' ? standardInput : file);
  } catch (error) {
    throw fileFailure(error, file);
  }
}

export async function countLines(bytes: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  let last = 10;
  for await (const chunk of bytes) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? count : count + 1;
}

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

/**
 * Splits bytes after each line feed. The last piece may have no line feed. Not done with node:readline, which also
 * splits at U+2028, a character that JSON texts can contain.
 */
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
    if (rest.length > longestRecord)
      throw new UsageError('A line is longer than 1 MB, so this is not NDJSON. Write one JSON object per line.');
  }
  if (rest.length > 0) yield rest;
}

function readLine(raw: Buffer, line: number): InputLine | undefined {
  if (!isUtf8(raw)) return { kind: 'broken', line, raw, problem: 'the line is not UTF-8' };
  // trim() also removes a byte order mark, which a file has inside if it was joined from several.
  const text = raw.toString('utf8').trim();
  if (text === '') return undefined;
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return { kind: 'record', line, raw, fields: fields as Readonly<Record<string, unknown>> };
    }
  } catch {}
  const isArray = line === 1 && text.startsWith('[');
  if (isArray)
    throw new UsageError('The file is a JSON array. Write one JSON object per line: `jq -c ".[]"` converts it.');
  return { kind: 'broken', line, raw, problem: 'the line is not a JSON object' };
}
