import { isUtf8 } from 'node:buffer';
import type { Parser } from 'csv-parse';
import { UsageError } from '../../../failures.ts';
import { printable } from '../../../output/printable.ts';
import { textOfCell } from '../user-lines.ts';
import { type Input, type InputLine, longestRecord } from './input.ts';
import { fieldFor } from './new-user.ts';

/** A record of the file, or the lines between two of them, which are none. */
interface Piece {
  readonly line: number;
  readonly raw: Buffer;
  readonly cells: readonly string[] | undefined;
}

/**
 * Reads users from the rows of a table. Its first row names the fields.
 *
 * @throws UsageError where it does not
 */
export async function readCsv(bytes: AsyncIterable<Buffer>): Promise<Input> {
  const pieces = readPieces(bytes);
  const first = await pieces.next();
  if (first.done) return { header: Buffer.alloc(0), lines: pieces as AsyncGenerator<never> };
  const fields = readHeader(first.value);
  return { header: first.value.raw, lines: readRows(pieces, fields) };
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
  const extent =
    rows < 2 ? '' : rows === 2 ? ', and so is the line below it' : `, and so are the ${rows - 1} lines below it`;
  if (cells === undefined) return `its quotes are wrong${extent}`;
  if (!isUtf8(raw)) return 'it is not UTF-8';
  if (cells.length !== fields.length) return `the first row has ${fields.length} cells, and it has ${cells.length}`;
  return undefined;
}

/** An empty cell says nothing: a table has no null. */
function rowOf(cells: readonly string[], fields: readonly string[]): Readonly<Record<string, unknown>> {
  const given = fields.map((field, index) => [field, textOfCell(cells[index] ?? '')] as const);
  return Object.fromEntries(given.filter(([, text]) => text !== ''));
}

function readHeader({ cells }: Piece): readonly string[] {
  if (cells === undefined) throw new UsageError('The first row cannot be read: its quotes are wrong.');
  const fields = cells.map((cell) => {
    const field = fieldFor(cell);
    if (field !== undefined) return field;
    throw new UsageError(
      `The first row names the columns, and "${printable(cell).slice(0, 60)}" is none that torii knows. ` +
        'It knows email, password, name, phone, address and dateOfBirth, and leaves aside what an export has beside them.',
    );
  });
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) throw new UsageError(`Two columns are both ${twice}: take one away.`);
  return fields;
}

/** Everything in the file, in its order and without a gap, so that what cannot be read is not lost. */
async function* readPieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const { parse } = await import('csv-parse');
  const found: Piece[] = [];
  /** What has been given to the parser and belongs to no piece yet, and where in the file it begins. */
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
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

  function open(delimiter: string): Parser {
    return parse({
      delimiter,
      bom: true,
      raw: true,
      relax_column_count: true,
      skip_records_with_error: true,
      max_record_size: longestRecord,
      // Otherwise the first row decides, and a file of two origins is one long row.
      record_delimiter: ['\r\n', '\n'],
      on_record(wrapped: unknown, { bytes: end, raw = '' }) {
        // What `raw: true` makes of a record, which its types do not know.
        const { record } = wrapped as { readonly record: readonly string[] };
        // `raw` lacks the line feed of a CR LF.
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
    parser ??= open(delimiterOf(chunk));
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    await write(parser, chunk);
  }

  for await (const chunk of withWholeFirstRow(bytes)) {
    await feed(chunk);
    yield* found.splice(0);
  }
  if (parser === undefined) return;
  await end(parser);
  if (isBroken) take(offset + held.length, undefined);
  yield* found;
}

/** The same bytes, the first of them at least up to the first line feed. A pipe may bring them one by one. */
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

/** What stands between the names of the first row most often. Tables of some countries have semicolons. */
function delimiterOf(chunk: Buffer): string {
  const [row = ''] = chunk.toString('utf8').split('\n', 1);
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
