import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelOf, type Entry, keyOf } from '../src/entries/entry.ts';
import { EntryText } from '../src/entries/entry-text.ts';
import { Signatures } from '../src/entries/signatures.ts';
import { signingKey } from './fake-feed.ts';
import { environmentId, issuer } from './tokens.ts';

const [first, second] = [signingKey('a'), signingKey('b')];
const textWith = (...keys: string[]) => new EntryText(issuer, environmentId, new Signatures(keys));
const plain = textWith();

const digest = 'a'.repeat(43);
const id = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((each) => !/\p{Cc}/u.test(each));
const entries: fc.Arbitrary<Entry> = fc
  .oneof(
    fc.record({ kind: fc.constantFrom('user', 'impersonator'), id, organizationId: fc.constant(undefined) }),
    fc.record({ kind: fc.constant('member' as const), id, organizationId: id }),
    fc.constantFrom(
      { kind: 'environment' as const, id: null, organizationId: undefined },
      { kind: 'token' as const, id: digest, organizationId: undefined },
    ),
  )
  .chain((subject) => fc.integer({ min: 1, max: 2 ** 40 }).map((before) => ({ ...subject, before }) as Entry));

test('reads what it writes, signed or not', () => {
  fc.assert(
    fc.property(entries, fc.boolean(), (entry, isSigned) => {
      const text = isSigned ? textWith(first) : plain;
      expect(text.read(text.write(entry))).toEqual(entry);
    }),
  );
});

test('the format of version 1', () => {
  const entry = { kind: 'member', id: 'ada', organizationId: 'acme', before: 1_700_000_000 } as const;
  const json =
    '{"kind":"member","id":"ada","organizationId":"acme","issuer":"https://acme.torii.test","environmentId":"env_1","before":1700000000}';
  expect(plain.write(entry)).toBe(`v1:::${json}`);
  const mac = createHmac('sha256', first).update(`torii revocation v1\n${issuer}\n${environmentId}\n${json}`);
  const keyId = createHash('sha256').update(`torii revocation key\n${first}`).digest('hex').slice(0, 12);
  expect(textWith(first).write(entry)).toBe(`v1:${keyId}:${mac.digest('base64url')}:${json}`);
});

const json = (changes: object): string =>
  `v1:::${JSON.stringify({ kind: 'user', id: 'ada', issuer, environmentId, before: 1_700_000_000, ...changes })}`;

test.each([
  ['no text', 7],
  ['an empty text', ''],
  ['another format', 'ban ada'],
  ['a version only', 'v1:'],
  ['no JSON', 'v1:::ada'],
  ['broken JSON', 'v1:::{"kind":"user"'],
  ['a list', 'v1:::["user"]'],
  ['a line break in the JSON', json({}).replace(',"id"', ',\n"id"')],
  ['an unknown kind', json({ kind: 'admin' })],
  ['a kind of the prototype', json({ kind: 'constructor' })],
  ['no kind', json({ kind: undefined })],
  ['no cut-off', json({ before: undefined })],
  ['a cut-off as text', json({ before: '1700000000' })],
  ['a fraction', json({ before: 1.5 })],
  ['zero', json({ before: 0 })],
  ['a negative cut-off', json({ before: -5 })],
  ['a cut-off that is not exact', json({ before: 1e300 })],
  ['a user without id', json({ id: undefined })],
  ['an empty id', json({ id: '' })],
  ['a number as id', json({ id: 7 })],
  ['an id with a line break', json({ id: 'ada\nben' })],
  ['an id with a NUL', json({ id: 'ada\0' })],
  ['an id that is too long', json({ id: 'a'.repeat(257) })],
  ['a member without organization', json({ kind: 'member' })],
  ['a user with organization', json({ organizationId: 'acme' })],
  ['an environment with id', json({ kind: 'environment' })],
  ['a token that is not a digest', json({ kind: 'token' })],
  ['a whole token', json({ kind: 'token', id: 'eyJ.eyJ.sig' })],
  ['no issuer', json({ issuer: undefined })],
  ['an issuer of another type', json({ issuer: [issuer] })],
  ['a text of 10 kB', json({ more: 'x'.repeat(10_000) })],
])('[43] %s is malformed', (_name, text) => {
  expect(plain.read(text)).toBe('malformed');
});

test('[43] an entry of another issuer or environment is foreign, and one of another version is not read', () => {
  expect(plain.read(json({ issuer: 'https://other.torii.test' }))).toBe('foreign');
  expect(plain.read(json({ environmentId: 'env_2' }))).toBe('foreign');
  expect(plain.read('v2:anything')).toBe('version');
  expect(plain.read('v10:::{}')).toBe('version');
});

test('fields of a newer writer are ignored, and a polluted prototype supplies none', () => {
  expect(plain.read(json({ reason: 'abuse' }))).toMatchObject({ kind: 'user', id: 'ada' });
  Object.assign(Object.prototype, { id: 'ben' });
  try {
    expect(plain.read(json({ id: undefined }))).toBe('malformed');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'id');
  }
});

test('[43] any text is read or ignored, and nothing throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => `v1:::${text}`),
        fc.anything(),
      ),
      (text) => {
        const read = plain.read(text);
        if (typeof read === 'string') expect(['malformed', 'foreign', 'version']).toContain(read);
      },
    ),
  );
});

const entry: Entry = { kind: 'user', id: 'ada', organizationId: undefined, before: 1_700_000_000 };

test('[43] with signing keys, an unsigned, changed or strangely signed entry is refused', () => {
  const text = textWith(first);
  const signed = text.write(entry);
  expect(text.read(plain.write(entry))).toBe('signature');
  expect(text.read(textWith(second).write(entry))).toBe('signature');
  expect(text.read(signed.replace('ada', 'eve'))).toBe('signature');
  expect(text.read(signed.replace(/:[\w-]{43}:/, '::'))).toBe('signature');
  expect(text.read(signed.replace(/:([\w-]{43}):/, ':$1A:'))).toBe('signature');
  expect(text.read(signed.replace(/:([\w-]{42})[\w-]:/, ':$1:'))).toBe('signature');
  expect(text.read(signed.replace(/^v1:[^:]+/, 'v1:'))).toBe('signature');
  expect(text.read(signed.replace(/^v1:[^:]+/, 'v1:__proto__'))).toBe('signature');
});

test('[43] a signature is for one environment: an entry moved to another is refused', () => {
  const other = new EntryText(issuer, 'env_2', new Signatures([first]));
  const moved = other.write(entry).replace('env_2', environmentId);
  expect(textWith(first).read(moved)).toBe('signature');
});

test('during a rotation, each process reads what the others write', () => {
  const steps = [[first], [first, second], [second, first], [second]];
  for (let step = 1; step < steps.length; step++) {
    const [before, after] = [textWith(...(steps[step - 1] ?? [])), textWith(...(steps[step] ?? []))];
    expect(before.read(after.write(entry))).toEqual(entry);
    expect(after.read(before.write(entry))).toEqual(entry);
  }
  expect(textWith(second).read(textWith(first).write(entry))).toBe('signature');
});

test('without signing keys, signed entries are read: keys can be introduced process by process', () => {
  expect(plain.read(textWith(first).write(entry))).toEqual(entry);
});

test('a key names the subject without showing it, and differs for each', () => {
  fc.assert(
    fc.property(entries, entries, (one, other) => {
      expect(keyOf(one)).toMatch(/^[0-9a-f]{64}$/);
      const same = one.kind === other.kind && one.id === other.id && one.organizationId === other.organizationId;
      expect(keyOf(one) === keyOf(other)).toBe(same);
    }),
  );
  expect(channelOf(issuer, environmentId)).toMatch(/^[0-9a-f]{24}$/);
  expect(channelOf(issuer, 'env_2')).not.toBe(channelOf(issuer, environmentId));
});
