import { UsageError } from '../../../failures.ts';
import { textFrom } from '../../../files.ts';
import { printable } from '../../../output/printable.ts';

/** How many bytes may precede the first line break before it no longer matters which one it is. */
const longestSearch = 1_000_000;

/**
 * Turns the bytes of a file that a spreadsheet or an editor saved into UTF-8 with LF or CRLF, chunk by chunk. Reads UTF-8,
 * and UTF-16 with a byte order mark. If the first line ends with a CR alone, every CR becomes a LF.
 *
 * @param name The file in error messages.
 * @throws UsageError if the file is encoded as UTF-16 without a byte order mark, or as UTF-32
 */
export function normalizeText(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Buffer> {
  return withLineFeeds(toUtf8(bytes, name));
}

async function* toUtf8(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Buffer> {
  let opening: Buffer | undefined = Buffer.alloc(0);
  let convert: Convert = (chunk = Buffer.alloc(0)) => chunk;
  for await (const chunk of bytes) {
    if (opening === undefined) {
      yield convert(Buffer.from(chunk));
      continue;
    }
    opening = Buffer.concat([opening, Buffer.from(chunk)]);
    // Byte order marks have up to four bytes (UTF-32).
    if (opening.length < 4) continue;
    convert = converterFor(opening, name);
    yield convert(opening);
    opening = undefined;
  }
  if (opening !== undefined) {
    convert = converterFor(opening, name);
    yield convert(opening);
  }
  yield convert();
}

type Convert = (chunk?: Buffer) => Buffer;

/** Returns a function that converts each chunk, and is called without one at the end. */
function converterFor(opening: Buffer, name: string): Convert {
  const mark = opening.subarray(0, 2).toString('hex');
  const isUtf32 = opening.subarray(0, 4).toString('hex') === 'fffe0000';
  // Throws if there is a zero byte, which only UTF-16 and UTF-32 have at the beginning.
  if (isUtf32 || (opening.subarray(0, 4).includes(0) && mark !== 'fffe' && mark !== 'feff')) {
    textFrom(opening.subarray(0, 4), name);
  }
  if (mark !== 'fffe' && mark !== 'feff') return afterMark();
  const decoder = new TextDecoder(mark === 'fffe' ? 'utf-16le' : 'utf-16be', { fatal: true });
  return (chunk) => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch {
      throw new UsageError(`${printable(name)} is not valid UTF-16. Save it as UTF-8 and try again.`);
    }
  };
}

function afterMark(): Convert {
  let isFirst = true;
  return (chunk = Buffer.alloc(0)) => {
    const hasMark = isFirst && chunk.subarray(0, 3).toString('hex') === 'efbbbf';
    isFirst = false;
    return hasMark ? chunk.subarray(3) : chunk;
  };
}

const [lf, cr] = [10, 13];

async function* withLineFeeds(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  let isCr = false;
  for await (const chunk of bytes) {
    if (held === undefined) {
      yield isCr ? crToLf(chunk) : chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    const [firstCr, firstLf] = [held.indexOf(cr), held.indexOf(lf)];
    const hasCr = firstCr >= 0 && (firstLf < 0 || firstCr < firstLf);
    const isKnown = hasCr ? firstCr + 1 < held.length : firstLf >= 0;
    if (!isKnown && held.length < longestSearch) continue;
    isCr = hasCr && held[firstCr + 1] !== lf;
    yield isCr ? crToLf(held) : held;
    held = undefined;
  }
  if (held !== undefined && held.length > 0) yield held.at(-1) === cr ? crToLf(held) : held;
}

function crToLf(chunk: Buffer): Buffer {
  return Buffer.from(chunk.map((byte) => (byte === cr ? lf : byte)));
}
