import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyIdFrom, parseToken } from '../src/token/parse.ts';
import { base64url } from './mint.ts';
import { outcomeOfCall } from './outcome.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const header = base64url('{"alg":"ES256","kid":"k"}');
const claims = base64url('{"sub":"user_1"}');
const signature = base64url(new Uint8Array(64).fill(7));

test('decodes a token', () => {
  const parsed = parseToken(`${header}.${claims}.${signature}`);
  expect(parsed.header).toEqual({ alg: 'ES256', kid: 'k' });
  expect(parsed.claims).toEqual({ sub: 'user_1' });
  expect(new TextDecoder().decode(parsed.signedBytes)).toBe(`${header}.${claims}`);
  expect([...parsed.signature]).toEqual(Array(64).fill(7));
});

test('parses any JSON object as JSON.parse does', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { noNullPrototype: true });
  fc.assert(
    fc.property(object, object, (first, second) => {
      const [a, b] = [JSON.stringify(first), JSON.stringify(second)];
      fc.pre(a.length + b.length < 4_000);
      const parsed = parseToken(`${base64url(a)}.${base64url(b)}.${signature}`);
      expect(JSON.stringify(parsed.header)).toBe(JSON.stringify(JSON.parse(a)));
      expect(JSON.stringify(parsed.claims)).toBe(JSON.stringify(JSON.parse(b)));
    }),
    { seed: 8, numRuns: 300 },
  );
});

describe('parts', () => {
  test.each([
    ['no characters', ''],
    ['one part', header],
    ['two parts', `${header}.${claims}`],
    ['four parts', `${header}.${claims}.${signature}.${signature}`],
    ['five parts, as an encrypted token has', `${header}.${claims}.${signature}.${claims}.${signature}`],
    ['three parts and a trailing dot', `${header}.${claims}.${signature}.`],
    ['three parts and a leading dot', `.${header}.${claims}.${signature}`],
    ['dots only', '..'],
    ['no header', `.${claims}.${signature}`],
    ['no claims, as a detached payload has', `${header}..${signature}`],
    ['no signature', `${header}.${claims}.`],
    ['dots that are not ASCII', `${header}。${claims}。${signature}`],
    ['a JSON serialization', JSON.stringify({ protected: header, payload: claims, signature })],
  ])('[8] refuses a token of %s', (_name, token) => {
    expect(outcomeOfCall(() => parseToken(token))).toBe('token_malformed');
  });

  test('[8] refuses a token of one part, even if it is an object and bytes at once', () => {
    const part = base64url('{"alg":"ES256","kid":"a"} ');
    for (const last of ['A', 'AA', 'AAA']) {
      expect(outcomeOfCall(() => parseToken(`${part}${last}`))).toBe('token_malformed');
      expect(outcomeOfCall(() => parseToken(`${part}${last}.${part}`))).toBe('token_malformed');
    }
  });

  test('[8] refuses a token of four parts in which one is empty', () => {
    for (const at of [0, 1, 2, 3]) {
      const token = [header, claims, signature].toSpliced(at, 0, '').join('.');
      expect([at, outcomeOfCall(() => parseToken(token))]).toEqual([at, 'token_malformed']);
    }
  });
});

describe('base64url', () => {
  const parts = [header, claims, signature];
  const places = ['header', 'claims', 'signature'];

  test.each<[string, (part: string) => string]>([
    ['padding', (part) => `${part}=`],
    ['two padding characters', (part) => `${part}==`],
    ['correct padding', (part) => part + '='.repeat((4 - (part.length % 4)) % 4 || 4)],
    ['a plus', (part) => `+${part.slice(1)}`],
    ['a slash', (part) => `/${part.slice(1)}`],
    ['a leading space', (part) => ` ${part}`],
    ['a space inside', (part) => `${part.slice(0, 4)} ${part.slice(4)}`],
    ['a trailing newline', (part) => `${part}\n`],
    ['a carriage return', (part) => `${part.slice(0, 4)}\r${part.slice(4)}`],
    ['a tab', (part) => `${part.slice(0, 4)}\t${part.slice(4)}`],
    ['a form feed', (part) => `${part.slice(0, 4)}\f${part.slice(4)}`],
    ['NUL', (part) => `${part}\0`],
    ['a letter beyond ASCII', (part) => `é${part.slice(1)}`],
    ['a fullwidth letter', (part) => `Ａ${part.slice(1)}`],
    ['a lone surrogate', (part) => `\uD800${part.slice(1)}`],
    ['percent encoding', (part) => `%41${part.slice(1)}`],
    ['a tilde', (part) => `~${part.slice(1)}`],
    ['an impossible length', (part) => `${part.slice(0, part.length - (part.length % 4))}A`],
    ['one letter', () => 'A'],
  ])('[8] refuses %s in any part', (_name, spoil) => {
    for (const [at, place] of places.entries()) {
      const token = parts.with(at, spoil(parts[at] ?? '')).join('.');
      expect([place, outcomeOfCall(() => parseToken(token))]).toEqual([place, 'token_malformed']);
    }
  });

  test.each([
    ['two characters with four unused bits', '{"a":1}', 15],
    ['three characters with two unused bits', '{"a":12}', 3],
  ])('[8] refuses non-zero trailing bits after %s', (_name, json, strayValues) => {
    const part = base64url(json);
    const last = alphabet.indexOf(part.slice(-1));
    expect(outcomeOfCall(() => parseToken(`${part}.${claims}.${signature}`))).toBe('accepted');
    for (let stray = 1; stray <= strayValues; stray++) {
      const spoilt = part.slice(0, -1) + alphabet.charAt(last + stray);
      expect(atob(spoilt.padEnd(12, '='))).toBe(json); // A lenient decoder returns the same bytes.
      expect(outcomeOfCall(() => parseToken(`${spoilt}.${claims}.${signature}`))).toBe('token_malformed');
      expect(outcomeOfCall(() => parseToken(`${header}.${spoilt}.${signature}`))).toBe('token_malformed');
    }
  });

  test('[8] no two strings decode to the same signature', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 70 }),
        fc.nat(),
        fc.constantFrom(...alphabet),
        (bytes, at, letter) => {
          const text = base64url(bytes);
          const changed = text.slice(0, at % text.length) + letter + text.slice((at % text.length) + 1);
          fc.pre(changed !== text);
          try {
            expect(parseToken(`${header}.${claims}.${changed}`).signature).not.toEqual(bytes);
          } catch (error) {
            expect(error).toMatchObject({ reason: 'token_malformed' });
          }
        },
      ),
      { seed: 8, numRuns: 500 },
    );
  });
});

describe('the content of a part', () => {
  test.each([
    ['a list', '[]'],
    ['a list of one object', '[{}]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['a number', '1'],
    ['true', 'true'],
    ['only white space', ' '],
    ['two objects', '{}{}'],
    ['an object and a comma', '{},'],
    ['a trailing comma', '{"a":1,}'],
    ['names without quotes', '{a:1}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/**/}'],
    ['NaN', '{"exp":NaN}'],
    ['Infinity', '{"exp":Infinity}'],
    ['a hexadecimal number', '{"exp":0x10}'],
    ['a number with a plus', '{"exp":+1}'],
    ['a control character in a text', '{"a":"\n"}'],
    ['half an object', '{"a":1'],
    ['NUL after the object', '{}\0'],
    ['a byte order mark', '\uFEFF{}'],
    ['a no-break space', '\u00A0{}'],
  ])('[8] refuses a part that contains %s', (_name, text) => {
    expect(outcomeOfCall(() => parseToken(`${header}.${base64url(text)}.${signature}`))).toBe('token_malformed');
    expect(outcomeOfCall(() => parseToken(`${base64url(text)}.${claims}.${signature}`))).toBe('token_malformed');
  });

  test.each([
    ['a byte that is never valid', [0xff]],
    ['a lone continuation byte', [0x80]],
    ['an incomplete character', [0xe2, 0x82]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['an overlong quote', [0xc0, 0xa2]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('[8] refuses UTF-8 with %s', (_name, bytes) => {
    const text = [...'{"a":"'].map((character) => character.charCodeAt(0));
    const part = base64url(new Uint8Array([...text, ...bytes, 0x22, 0x7d]));
    expect(outcomeOfCall(() => parseToken(`${header}.${part}.${signature}`))).toBe('token_malformed');
    expect(outcomeOfCall(() => parseToken(`${part}.${claims}.${signature}`))).toBe('token_malformed');
  });

  test('[8] refuses UTF-16', () => {
    const part = base64url(new Uint8Array([...'{"a":1}'].flatMap((character) => [0, character.charCodeAt(0)])));
    expect(outcomeOfCall(() => parseToken(`${header}.${part}.${signature}`))).toBe('token_malformed');
  });

  test('uses the last of two claims of the same name, as RFC 7519 section 4 allows and jose does', () => {
    const part = base64url('{"sub":"first","sub":"last"}');
    expect(parseToken(`${header}.${part}.${signature}`).claims).toEqual({ sub: 'last' });
  });

  test('accepts an escaped lone surrogate', () => {
    const part = base64url('{"sub":"\\ud800"}');
    expect(parseToken(`${header}.${part}.${signature}`).claims).toEqual({ sub: '\uD800' });
  });

  test('[16] the error does not contain the text that could not be parsed', () => {
    const part = base64url('{"secret":eyJhbGciOi}');
    expect.assertions(3);
    try {
      parseToken(`${header}.${part}.${signature}`);
    } catch (error) {
      expect(error).toMatchObject({ reason: 'token_malformed' });
      expect(error).not.toHaveProperty('cause');
      expect(String(error)).not.toMatch(/eyJ|secret/);
    }
  });
});

describe('the header', () => {
  test('returns the key id of an ES256 token', () => {
    expect(keyIdFrom({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })).toBe('key-1');
  });

  test.each([
    ['none', { alg: 'none' }],
    ['None', { alg: 'None' }],
    ['an empty text', { alg: '' }],
    ['lower case', { alg: 'es256' }],
    ['a trailing space', { alg: 'ES256 ' }],
    ['ES256K', { alg: 'ES256K' }],
    ['ES384', { alg: 'ES384' }],
    ['RS256', { alg: 'RS256' }],
    ['PS256', { alg: 'PS256' }],
    ['HS256', { alg: 'HS256' }],
    ['EdDSA', { alg: 'EdDSA' }],
    ['ECDSA', { alg: 'ECDSA' }],
    ['a list', { alg: ['ES256'] }],
    ['an object', { alg: { toString: 'ES256' } }],
    ['null', { alg: null }],
    ['no algorithm', {}],
  ])('[1] refuses %s as the algorithm', (_name, changes) => {
    expect(outcomeOfCall(() => keyIdFrom({ kid: 'key-1', ...changes }))).toBe('algorithm_refused');
  });

  test.each([
    ['an unknown extension', { crit: ['exp'], exp: 1 }],
    ['an empty list of extensions', { crit: [] }],
    ['null as the list of extensions', { crit: null }],
    ['a string as the list of extensions', { crit: 'b64' }],
    ['b64: false, as listed', { crit: ['b64'], b64: false }],
    ['b64: true, as listed', { crit: ['b64'], b64: true }],
    ['b64: false, not listed', { b64: false }],
    ['b64: true, not listed', { b64: true }],
    ['b64: null', { b64: null }],
  ])('[2] refuses %s', (_name, changes) => {
    expect(outcomeOfCall(() => keyIdFrom({ alg: 'ES256', kid: 'key-1', ...changes }))).toBe('token_malformed');
  });

  test.each([
    ['a number', 1],
    ['zero', 0],
    ['null', null],
    ['an empty text', ''],
    ['a list', ['key-1']],
    ['an object', { kid: 'key-1' }],
    ['true', true],
    ['nothing', undefined],
  ])('[2] refuses %s as the key id', (_name, kid) => {
    expect(outcomeOfCall(() => keyIdFrom({ alg: 'ES256', kid }))).toBe('token_malformed');
  });

  test.each(['alg', 'kid'])('[1] does not read %s from Object.prototype', (name) => {
    const token = { alg: 'ES256', kid: 'key-1' };
    const rest = Object.fromEntries(Object.entries(token).filter(([key]) => key !== name));
    Object.defineProperty(Object.prototype, name, { value: Reflect.get(token, name), configurable: true });
    try {
      expect(outcomeOfCall(() => keyIdFrom(rest))).not.toBe('accepted');
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });
});
