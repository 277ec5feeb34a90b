import { expect, test } from 'vitest';
import { createRevocations, memoryFeed, type RevocationOptions } from '../src/index.ts';
import { environmentId, issuer } from './tokens.ts';

const good: RevocationOptions = { issuer, environmentId, feed: memoryFeed() };

const wrong: readonly [string, object, RegExp][] = [
  ['no issuer', { issuer: undefined }, /`issuer` must be a non-empty string. Found: undefined/],
  ['an issuer that is not a URL', { issuer: 'acme' }, /`issuer` must be an https:\/\/ URL/],
  ['the API as issuer', { issuer: 'https://api.torii.so' }, /Torii's API/],
  ['two issuers', { issuer: [issuer, issuer] }, /`issuer` must be a non-empty string. Found: a list/],
  ['no environment', { environmentId: undefined }, /`environmentId` must be a non-empty string. Found: undefined/],
  ['an empty environment', { environmentId: '' }, /`environmentId` must be a non-empty string/],
  ['a key as environment', { environmentId: 'sk_live_x' }, /contains a key or a token/],
  ['two environments', { environmentId: 'env_1,env_2' }, /`environmentId` must be an id/],
  ['no feed', { feed: undefined }, /`feed` must be a feed.*undefined.*memoryFeed\(\)/],
  ['a function as feed', { feed: memoryFeed }, /`feed` must be a feed. Found: a function/],
  ['a client as feed', { feed: { on() {}, xread() {} } }, /`feed` must be a feed/],
  ['tokens of a week', { maxTokenSeconds: 604_800 }, /from 60 to 86400/],
  ['a fraction', { maxTokenSeconds: 60.5 }, /a whole number/],
  ['an undefined bound', { maxTokenSeconds: undefined }, /`maxTokenSeconds` must be a whole number/],
  ['no silence at all', { maxStaleSeconds: 0 }, /from 5 to 86400/],
  ['an unknown policy', { whenStale: 'allow' }, /`whenStale` must be 'refuse' or 'accept'/],
  ['an undefined policy', { whenStale: undefined }, /`whenStale` must be/],
  ['an unknown policy at the start', { beforeFirstSnapshot: true }, /`beforeFirstSnapshot` must be/],
  ['a wait of an hour', { waitMs: 3_600_000 }, /`waitMs` must be/],
  ['no entries', { maxEntries: 0 }, /`maxEntries` must be/],
  ['no signing keys', { signingKeys: [] }, /`signingKeys` must be/],
  ['an unset signing key', { signingKeys: [undefined] }, /`signingKeys`/],
  ['a signing key outside of a list', { signingKeys: 'k'.repeat(32) }, /`signingKeys` must be a list/],
  ['a short signing key', { signingKeys: ['short'] }, /fewer than 32 characters/],
  ['a signing key twice', { signingKeys: ['k'.repeat(32), 'k'.repeat(32)] }, /a key twice/],
  ['an unknown option', { store: {} }, /no option `store`.*`feed`/],
];

test.each(wrong)('%s is refused with a message', (_name, changes, message) => {
  expect(() => createRevocations({ ...good, ...changes } as never)).toThrow(message);
  expect(() => createRevocations({ ...good, ...changes } as never)).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError' }),
  );
});

test('messages contain no signing key', () => {
  expect(() => createRevocations({ ...good, signingKeys: ['secret'] })).not.toThrow(/secret/);
});

test('a second object of options is refused', () => {
  expect(() => (createRevocations as (...given: unknown[]) => unknown)(good, { whenStale: 'accept' })).toThrow(
    /one object/,
  );
});

test('a feed that cannot be opened is an error at the start', () => {
  const feed = {
    name: 'broken',
    open: () => {
      throw new Error('no');
    },
  };
  expect(() => createRevocations({ ...good, feed })).toThrow(/could not be opened/);
});

test('the issuer may end with a slash, and the functions work without the object', async () => {
  const revocations = createRevocations({ ...good, issuer: `${issuer}/`, feed: memoryFeed() });
  expect(revocations).toMatchObject({ issuer, environmentId, maxTokenSeconds: 3600 });
  const { revokeUser, health, list } = revocations;
  await revokeUser('ada');
  expect(health()).toMatchObject({ status: 'current', entries: 1 });
  expect([...list()]).toHaveLength(1);
});
