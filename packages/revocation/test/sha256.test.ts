import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as node from '../src/entries/sha256.node.ts';
import * as plain from '../src/entries/sha256.ts';

test('the examples of FIPS 180-4', () => {
  expect(plain.sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(plain.sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

const texts = fc
  .array(fc.integer({ min: 0, max: 0x10_ff_ff }), { maxLength: 150 })
  .map((points) => String.fromCodePoint(...points));

test('hashes every text as Node does', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(plain.sha256Hex(text)).toBe(node.sha256Hex(text));
    }),
  );
  // Around the end of a block, the padding takes another form.
  for (let length = 25; length < 35; length++) {
    const text = 'é'.repeat(length);
    expect(plain.sha256Hex(text)).toBe(node.sha256Hex(text));
    expect(plain.sha256Hex(`${text}a`)).toBe(node.sha256Hex(`${text}a`));
  }
});

test('signs every text as Node does, also with keys longer than a block', () => {
  fc.assert(
    fc.property(
      texts.filter((text) => text !== ''),
      texts,
      (key, message) => {
        expect(plain.createMac(key)(message)).toBe(node.createMac(key)(message));
      },
    ),
  );
});
