import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStreamPattern, matchesStream } from '../src/index.ts';

const letters = [...'ABCXYZabcxyz0189_:-'];
const names = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 20 });
/** Valid patterns, almost valid ones, and arbitrary text. */
const texts = fc.oneof(
  names,
  names.map((name) => `${name}*`),
  fc.string({ unit: fc.constantFrom(...letters, '*', '.', ' ', '\n', 'é', '>'), maxLength: 8 }),
  fc.string({ unit: 'binary' }),
);

/** A second implementation of the grammar, without a regular expression for the whole text. */
function isPatternByHand(text: string): boolean {
  if (text === '*') return true;
  const stem = text.endsWith('*') ? text.slice(0, -1) : text;
  return stem !== '' && [...stem].every((letter) => /[A-Za-z0-9]/.test(letter) || ['_', ':', '-'].includes(letter));
}

test('accepts exactly the texts of the grammar', () => {
  fc.assert(
    fc.property(texts, (text) => isStreamPattern(text) === isPatternByHand(text)),
    { numRuns: 2_000 },
  );
});

test('a name matches itself, its beginnings followed by *, and *', () => {
  fc.assert(
    fc.property(names, fc.nat(), (name, n) => {
      const beginning = name.slice(0, 1 + (n % name.length));
      expect([name, `${beginning}*`, '*'].every((pattern) => matchesStream(pattern, name))).toBe(true);
    }),
  );
});

test('a pattern matches no other names', () => {
  fc.assert(
    fc.property(texts, texts, (pattern, name) => {
      const isName = isPatternByHand(name) && !name.endsWith('*');
      const stem = pattern.slice(0, -1);
      const expected = pattern === name || (pattern.endsWith('*') && name.startsWith(stem));
      expect(matchesStream(pattern, name)).toBe(isName && isPatternByHand(pattern) && expected);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['chat_room_*', 'chat:1', '-', '*', 'a*', 'A-Z_0:9'])('%j is a pattern', (text) =>
  expect(isStreamPattern(text)).toBe(true),
);

test.each([
  '',
  '**',
  '*a',
  'a*b',
  'a**',
  'chat.room',
  'chat room',
  ' chat',
  'chat\n',
  'a\n*',
  'chåt',
  'a/b',
  'a>',
  7,
  null,
  ['*'],
])('%j is not a pattern', (text) => expect(isStreamPattern(text)).toBe(false));

test.each([
  ['chat_*', 'chat_', true],
  ['chat_*', 'chat', false],
  ['chat', 'chat_1', false],
  ['chat_*', 'Chat_1', false],
  ['*', 'no.stream', false],
  ['*', '*', false],
  ['chat_*', 'chat_*', false],
  ['chat_*', 'chat_1\n', false],
  ['c.*', 'c.1', false],
])('pattern %j, stream %j: %s', (pattern, name, expected) => expect(matchesStream(pattern, name)).toBe(expected));
