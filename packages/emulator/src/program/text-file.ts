import { readFileSync } from 'node:fs';

/**
 * Reads a file that a person wrote: UTF-8, or UTF-16 with a byte order mark, which is what editors and PowerShell write on
 * Windows. The mark is not part of the text.
 *
 * @throws TextFileError if the file cannot be read or is not text
 */
export function readTextFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new TextFileError('It cannot be read.', { cause: error });
  }
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text.replace(/^\uFEFF+/, '');
  } catch {
    throw new TextFileError(`It is not ${encoding === 'utf-8' ? '' : 'valid '}${encoding.toUpperCase()}. ${remedy}`);
  }
  throw new TextFileError('It is not a text file.');
}

/** Why a file cannot be used: whole sentences without any part of the file. */
export class TextFileError extends Error {}

const remedy = 'Save it as UTF-8.';

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const mark = bytes.subarray(0, 4).toString('hex');
  if (mark === 'fffe0000') throw new TextFileError(`It is encoded as UTF-32. ${remedy}`);
  if (mark.startsWith('fffe')) return 'utf-16le';
  if (mark.startsWith('feff')) return 'utf-16be';
  if (isUtf16(bytes)) throw new TextFileError(`It is encoded as UTF-16 without a byte order mark. ${remedy}`);
  return 'utf-8';
}

// In UTF-16, every second byte of English text is zero.
function isUtf16(bytes: Buffer): boolean {
  const zeros = [0, 0];
  bytes.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  return bytes.includes(0) && Math.min(...zeros) === 0 && Math.max(...zeros) * 4 >= bytes.length;
}
