import { describe, expect, test } from 'vitest';
import { decodeText } from '../src/internal.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function utf16(text: string, isBig = false): Uint8Array {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return Uint8Array.from(units.flatMap((unit) => (isBig ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])));
}

describe('a file that a person wrote', () => {
  test.each<[string, Uint8Array, string]>([
    ['UTF-8', utf8('Ærø 🙂\n'), 'Ærø 🙂\n'],
    ['UTF-8 with a byte order mark', utf8('\uFEFFÆrø'), 'Ærø'],
    ['UTF-8 with two byte order marks', utf8('\uFEFF\uFEFFÆrø'), 'Ærø'],
    ['a byte order mark that is not at the start', utf8('a\uFEFFb'), 'a\uFEFFb'],
    ['UTF-16, little-endian, with a byte order mark', utf16('\uFEFFÆrø 🙂\r\n'), 'Ærø 🙂\r\n'],
    ['UTF-16, big-endian, with a byte order mark', utf16('\uFEFFÆrø 🙂', true), 'Ærø 🙂'],
    ['UTF-16 without English text', utf16('\uFEFF日本'), '日本'],
    ['nothing', utf8(''), ''],
    ['a byte order mark alone', utf8('\uFEFF'), ''],
    ['a byte order mark of UTF-16 alone', utf16('\uFEFF'), ''],
  ])('is read: %s', (_form, bytes, text) => {
    expect(decodeText(bytes)).toEqual({ text });
  });

  test.each<[string, Uint8Array, string]>([
    ['UTF-16 without a byte order mark', utf16('TORII=1\r\n'), 'UTF-16'],
    ['big-endian UTF-16 without a byte order mark', utf16('TORII=1', true), 'UTF-16'],
    ['UTF-32', Uint8Array.of(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0), 'UTF-32'],
    ['UTF-16 that is cut', utf16('\uFEFFab').subarray(0, 5), 'UTF-16'],
    ['UTF-16 with half a character', utf16('\uFEFF\ud83d'), 'UTF-16'],
    ['Latin-1', Uint8Array.of(0xc6, 0x72, 0xf8), 'UTF-8'],
    ['UTF-8 that is cut', utf8('ø').subarray(0, 1), 'UTF-8'],
    ['a program', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0), 'text'],
    ['a zero byte in text', utf8('a secret\0'), 'text'],
    ['a zero character in UTF-16', utf16('\uFEFFa\0'), 'text'],
  ])('is refused: %s', (_form, bytes, word) => {
    expect(decodeText(bytes)).toEqual({ problem: expect.stringContaining(word) });
  });
});
