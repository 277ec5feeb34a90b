import { isUtf8 } from 'node:buffer';
import type { Parser } from 'csv-parse';
import { UsageError } from '../../../failures.ts';
import { printable } from '../../../output/printable.ts';
import { textOfCell } from '../user-lines.ts';
import { type Input, type InputLine, longestRecord } from './input.ts';
import { fieldFor, valueOfCell } from './new-user.ts';

/** One record of the CSV file, or lines that could not be parsed and for which `cells` is `undefined`. */
interface Piece {
  readonly line: number;
  readonly raw: Buffer;
  readonly cells: readonly string[] | undefined;
}

export async function readCsv(bytes: AsyncIterable<Buffer>): Promise<Input> {
  const hint = await readSeparatorHint(bytes);
  const pieces = readPieces(hint);
  const first = await pieces.next();
  if (first.done) return { header: Buffer.alloc(0), lines: pieces as AsyncGenerator<never> };
  const fields = readHeader(first.value);
  return { header: Buffer.concat([hint.line, first.value.raw]), lines: readRows(pieces, fields) };
}

async function* readRows(pieces: AsyncIterable<Piece>, fields: readonly string[]): AsyncGenerator<InputLine> {
  for await (const { line, raw, cells } of pieces) {
    if (cells !== undefined && cells.length === 1 && cells[0]?.trim() === '') continue;
    const problem = problemOf(raw, cells, fields);
    if (problem !== undefined || cells === undefined) yield { kind: 'broken', line, raw, problem: problem ?? '' };
    else yield { kind: 'record', line, raw, fields: rowOf(cells, fields) };
  }
}

function problemOf(raw: Buffer, cells: Piece['cells'], fields: readonly string[]): string | undefined {
  const rows = raw.toString('latin1').trimEnd().split('\n').length;
  const extent = rows < 2 ? '' : rows === 2 ? ', and so is the next line' : `, and so are the next ${rows - 1} lines`;
  if (cells === undefined) return `the quotes are wrong${extent}`;
  if (!isUtf8(raw)) return 'the line is not UTF-8';
  if (cells.length !== fields.length)
    return `the first row has ${fields.length} cells, but this one has ${cells.length}`;
  return undefined;
}

function rowOf(cells: readonly string[], fields: readonly string[]): Readonly<Record<string, unknown>> {
  const given = fields.map((field, index) => [field, textOfCell(cells[index] ?? '')] as const);
  const filled = given.filter(([, text]) => text !== '');
  return Object.fromEntries(filled.map(([field, text]) => [field, valueOfCell(field, text)]));
}

function readHeader({ cells }: Piece): readonly string[] {
  if (cells === undefined) throw new UsageError('The first row cannot be read because its quotes are wrong.');
  const fields = cells.map((cell) => {
    const field = fieldFor(cell);
    if (field !== undefined) return field;
    throw new UsageError(
      `The first row must name the columns, but "${printable(cell).slice(0, 60)}" is not a known column. ` +
        'Use email, password, firstName, lastName, publicMetadata, privateMetadata and unsafeMetadata. ' +
        'The other columns of an export are ignored.',
    );
  });
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) throw new UsageError(`Two columns are both ${twice}. Remove one of them.`);
  return fields;
}

interface SeparatorHint {
  /** The first line if it is `sep=;`, which tells Excel the delimiter. Otherwise empty. */
  readonly line: Buffer;
  readonly delimiter: string | undefined;
  /** The rest of the input after this line. */
  readonly rest: AsyncIterable<Buffer>;
}

async function readSeparatorHint(bytes: AsyncIterable<Buffer>): Promise<SeparatorHint> {
  const chunks = withWholeFirstRow(bytes);
  const first = await chunks.next();
  const opening = first.done ? Buffer.alloc(0) : first.value;
  const [line = '', delimiter] = /^"?sep=([^\r\n])"?[,;\t]*\r?\n/i.exec(opening.toString('latin1', 0, 32)) ?? [];
  const after = opening.subarray(line.length);
  async function* rest(): AsyncGenerator<Buffer> {
    if (after.length > 0) yield after;
    yield* chunks;
  }
  return { line: opening.subarray(0, line.length), delimiter, rest: withWholeFirstRow(rest()) };
}

/** Splits the file into records, in order and without gaps, so that lines that cannot be parsed are not lost. */
async function* readPieces({ line: hint, delimiter, rest }: SeparatorHint): AsyncGenerator<Piece> {
  const { parse } = await import('csv-parse');
  const found: Piece[] = [];
  /** Bytes that the parser received but that are not part of a record yet. They start at `offset` in the file. */
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = hint.length === 0 ? 1 : 2;
  let isBroken = false;
  let parser: Parser | undefined;

  function take(end: number, cells: Piece['cells']): void {
    const raw = held.subarray(0, end - offset);
    if (raw.length === 0) return;
    found.push({ line, raw, cells });
    held = held.subarray(raw.length);
    offset += raw.length;
    line += raw.toString('latin1').split('\n').length - 1;
  }

  function open(separator: string): Parser {
    return parse({
      delimiter: separator,
      raw: true,
      relax_column_count: true,
      skip_records_with_error: true,
      max_record_size: longestRecord,
      // Accept both line endings in one file. By default csv-parse only accepts the line ending of the first row, and
      // reads rows that end differently as one record.
      record_delimiter: ['\r\n', '\n'],
      on_record(wrapped: unknown, { bytes: end, raw = '' }) {
        // With `raw: true` csv-parse wraps the record, which its types do not declare.
        const { record } = wrapped as { readonly record: readonly string[] };
        // If a row ends with CR LF, csv-parse leaves the LF out of `raw`. Count it.
        const length = Buffer.byteLength(raw) + (raw.endsWith('\r') ? 1 : 0);
        if (isBroken) take(end - length, undefined);
        isBroken = false;
        take(end, record);
        return null;
      },
      on_skip() {
        isBroken = true;
        return undefined;
      },
    });
  }

  async function feed(chunk: Buffer): Promise<void> {
    parser ??= open(delimiter ?? delimiterOf(chunk));
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    await write(parser, chunk);
  }

  for await (const chunk of rest) {
    await feed(chunk);
    yield* found.splice(0);
  }
  if (parser === undefined) return;
  await end(parser);
  if (isBroken) take(offset + held.length, undefined);
  yield* found;
}

/** Joins the first chunks until they hold the whole first row: a pipe can deliver the row in several chunks. */
async function* withWholeFirstRow(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let opening: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (opening === undefined) {
      yield chunk;
      continue;
    }
    opening = Buffer.concat([opening, chunk]);
    if (!opening.includes(10) && opening.length < longestRecord) continue;
    yield opening;
    opening = undefined;
  }
  if (opening !== undefined && opening.length > 0) yield opening;
}

/** The most frequent delimiter of the first row. In some countries spreadsheets write semicolons. */
function delimiterOf(chunk: Buffer): string {
  const [line = ''] = chunk.toString('utf8').split('\n', 1);
  const row = line.replace(/"[^"]*"/g, '');
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: row.split(delimiter).length }));
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).delimiter;
}

function write(parser: Parser, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function end(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject).once('end', resolve).resume().end();
  });
}
