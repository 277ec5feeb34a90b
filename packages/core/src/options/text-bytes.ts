/** The text of a file, or why it cannot be read. */
export type TextReading = { readonly text: string } | { readonly problem: string };

/**
 * Decodes a file that a person wrote. Accepts UTF-8, with or without a byte order mark, and UTF-16 with one, which is what
 * editors and PowerShell write on Windows. The mark is not part of the text. Never guesses: bytes in another encoding are a
 * problem, because a replaced character would make a wrong password or key of a right one.
 */
export function decodeText(bytes: Uint8Array): TextReading {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) {
    if (third === 0 && fourth === 0) return { problem: `is encoded as UTF-32${remedy}` };
    return decode('utf-16le', bytes);
  }
  if (first === 0xfe && second === 0xff) return decode('utf-16be', bytes);
  if (!bytes.includes(0)) return decode('utf-8', bytes);
  return { problem: isUtf16(bytes) ? `is encoded as UTF-16 without a byte order mark${remedy}` : 'is not a text file' };
}

// In UTF-16, every second byte of English text is zero.
function isUtf16(bytes: Uint8Array): boolean {
  const zeros = [0, 0];
  bytes.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  return Math.min(...zeros) === 0 && Math.max(...zeros) * 4 >= bytes.length;
}

const remedy = '. Save it as UTF-8 and try again';

function decode(encoding: 'utf-8' | 'utf-16le' | 'utf-16be', bytes: Uint8Array): TextReading {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // A file that two programs wrote to can begin with two marks.
    if (!text.includes('\0')) return { text: text.replace(/^\uFEFF+/, '') };
    return { problem: 'is not a text file' };
  } catch {
    return { problem: `is not ${encoding === 'utf-8' ? 'UTF-8' : 'valid UTF-16'}${remedy}` };
  }
}
