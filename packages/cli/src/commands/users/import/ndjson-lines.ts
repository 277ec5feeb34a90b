import { isUtf8 } from 'node:buffer';
import { UsageError } from '../../../failures.ts';
import { type Input, type InputLine, longestRecord } from './input-line.ts';

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
