import { expect, test } from 'vitest';
import { printable, printableJson, withoutSecrets } from '../src/output/printable.ts';

test.each([
  'Set TORII_SECRET_KEY to sk_… or sk_live_… (from your dashboard).',
  'sk_test_... is for tests, sk_live_ for production.',
  'TORII_SECRET_KEY=sk_live_xxxxxxxx',
  'TORII_SECRET_KEY=sk_test_****',
  'TORII_SECRET_KEY=<your key>',
  'TORII_SECRET_KEY=sk_live_<your key>',
  'TORII_SECRET_KEY=sk_test_YOUR_SECRET_KEY',
  'The webhook secret begins with whsec_.',
  'whsec_… or whsec_',
  'A token begins with eyJ: Authorization: Bearer eyJ…',
  'It must begin with -----BEGIN PRIVATE KEY-----. Check the file.',
  'Use -----BEGIN RSA PRIVATE KEY----- or PUBLIC',
  'the task_id of disk_space',
])('keeps the placeholder readable in %j', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

const body = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg';

test.each([
  ['sk_live_inside', 'a sk_live_inside text', 'a [secret] text'],
  ['a short key', 'sk_test_0123', '[secret]'],
  ['a key at the end of a sentence', 'It is sk_test_0123456789.', 'It is [secret].'],
  ['a key with signs', 'k=sk_live_aB3.~+/-x9==', 'k=[secret]'],
  ['a key of another kind', 'sk_0123456789', '[secret]'],
  ['a key that begins like a placeholder', 'sk_live_your_0123', '[secret]'],
  ['a key that begins with x', 'sk_live_xxxx0123', '[secret]'],
  ['a webhook secret', 'whsec_MfKQ9r8GKYqrTwjU', '[secret]'],
  ['a token', 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA', 'Bearer [secret]'],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`, '[secret]'],
  ['a private key with escapes', `-----BEGIN EC PRIVATE KEY-----\\n${body}\\n`, '[secret]'],
  ['a cut private key', `x -----BEGIN PRIVATE KEY-----\n${body.slice(0, 20)}`, 'x [secret]'],
  [
    'an encrypted private key',
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AA\n\n${body}\n`,
    '[secret]',
  ],
])('replaces %s', (_name, text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test.each<[string, unknown, string]>([
  ['a text with controls', 'a\u001b[31mb\u0007c\u061cd\u200be', 'ab c d e'],
  ['a number', 5, '5'],
  ['null', null, ''],
  ['undefined', undefined, ''],
  ['an object', { a: 'x\u202e' }, '{"a":"x\\u202e"}'],
  ['half a surrogate pair', '\ud83d', ' '],
  ['a text with invisible characters', 'a\u00adb\u3164c\u{e0041}d\u2800e', 'a b c d e'],
  ['an object with an invisible letter', { a: '\u{e0041}' }, '{"a":"\\udb40\\udc41"}'],
  ['an emoji of several code points', '👩‍👧', '👩‍👧'],
])('makes %s printable', (_name, value, text) => {
  expect(printable(value)).toBe(text);
});

test('writes JSON of any depth, as JSON.stringify does', () => {
  const values = [
    {},
    [],
    [[], {}, [{}]],
    { a: undefined, b: null, c: [undefined, () => 1], d: { toJSON: () => 'd' }, '"': '\u2028' },
    new Date(0),
    [1.5, true, 'x', Number.NaN],
  ];
  for (const value of values)
    expect(JSON.parse(printableJson(value, (text) => text))).toEqual(JSON.parse(JSON.stringify(value)));
  const depth = 200_000;
  let deep: unknown = 'sk_live_0123';
  for (let level = 0; level < depth; level++) deep = level % 2 ? [deep] : { a: deep };
  expect(printableJson(deep)).toHaveLength((depth / 2) * 2 + (depth / 2) * 6 + '"sk_live_0123"'.length);
  expect(printableJson(deep, withoutSecrets)).not.toContain('0123');
});
