import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as encoding from '../src/token/encoding.ts';
import { parseToken } from '../src/token/parse.ts';
import { base64url } from './mint.ts';
import { outcomeOfCall } from './outcome.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const header = base64url('{"alg":"ES256","kid":"k"}');
const claims = base64url('{"sub":"user_1"}');

const lookalikes = ['+', '/', '=', '.', ' ', '\n', '\0', '~', '%', 'é', 'Ａ', '\u{2028}', '\u{d800}', '\u{1f600}'];
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 90 }),
  fc.string({ unit: fc.constantFrom(...alphabet, ...lookalikes), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

test('[8] accepts exactly base64url without padding and stray bits, and decodes it as RFC 4648 says', () => {
  fc.assert(
    fc.property(text, (part) => {
      const expected = decodeByBits(part);
      const token = `${header}.${claims}.${part}`;
      if (expected === undefined) expect(outcomeOfCall(() => parseToken(token))).toBe('token_malformed');
      else expect([...parseToken(token).signature]).toEqual(expected);
    }),
    { seed: 19, numRuns: 3_000 },
  );
});

test('[8] refuses each character but those of base64url, in each part', () => {
  for (let code = 0; code < 0x300; code++) {
    const character = String.fromCharCode(code);
    if (alphabet.includes(character)) continue;
    // Six characters around it, so that no length gives it away.
    const altered = (part: string): string => `${part.slice(0, 4)}${character}${part.slice(5)}`;
    const signature = 'A'.repeat(86);
    for (const token of [
      `${altered(header)}.${claims}.${signature}`,
      `${header}.${altered(claims)}.${signature}`,
      `${header}.${claims}.${altered(signature)}`,
    ])
      expect(
        outcomeOfCall(() => parseToken(token)),
        `U+${code.toString(16)}`,
      ).toBe('token_malformed');
  }
});

test('[8] accepts one spelling of the last bytes only', () => {
  for (const length of [1, 2, 3, 4]) {
    const spellings = Array.from(alphabet, (last) => `${'A'.repeat(length - 1)}${last}`);
    const accepted = spellings.filter(
      (part) => outcomeOfCall(() => parseToken(`${header}.${claims}.${part}`)) === 'accepted',
    );
    expect(accepted).toHaveLength([0, 4, 16, 64][length - 1] ?? 0);
  }
});

test('the signed bytes are the characters before the second dot', () => {
  const { signedBytes } = parseToken(`${header}.${claims}.AA`);
  expect([...signedBytes]).toEqual(Array.from(`${header}.${claims}`, (character) => character.charCodeAt(0)));
});

test('encodes and decodes as its counterpart for Node does', async () => {
  const other: typeof encoding = await import('../src/token/encoding.node.ts');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const encoded = base64url(bytes);
      for (const { decodeBase64url, encodeAscii } of [encoding, other]) {
        expect([...decodeBase64url(encoded)]).toEqual([...bytes]);
        expect(new TextDecoder().decode(encodeAscii(encoded))).toBe(encoded);
      }
    }),
    { seed: 19 },
  );
});

test('uses `Uint8Array.fromBase64` if the runtime has it', () => {
  const original = Object.getOwnPropertyDescriptor(Uint8Array, 'fromBase64');
  const asked: unknown[] = [];
  const value = (...given: readonly unknown[]): Uint8Array => {
    asked.push(given);
    return Uint8Array.of(1, 2, 3);
  };
  Object.defineProperty(Uint8Array, 'fromBase64', { value, configurable: true });
  try {
    expect([...encoding.decodeBase64url('_-8')]).toEqual([1, 2, 3]);
  } finally {
    if (original === undefined) Reflect.deleteProperty(Uint8Array, 'fromBase64');
    else Object.defineProperty(Uint8Array, 'fromBase64', original);
  }
  expect(asked).toEqual([['_-8', { alphabet: 'base64url' }]]);
});

/** RFC 4648 section 5, without padding. `undefined` for text that is empty or not base64url. */
function decodeByBits(part: string): readonly number[] | undefined {
  const digits = Array.from(part, (character) => alphabet.indexOf(character));
  if (digits.length === 0 || digits.includes(-1) || digits.length % 4 === 1) return undefined;
  const bits = digits.map((digit) => digit.toString(2).padStart(6, '0')).join('');
  const whole = bits.length - (bits.length % 8);
  if (bits.slice(whole).includes('1')) return undefined;
  return Array.from({ length: whole / 8 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2));
}
