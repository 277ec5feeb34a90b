import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../src/entries/entry.ts';
import { RevocationSet } from '../src/set/revocation-set.ts';
import { type Claims, tokenOf } from './tokens.ts';

const entry = (changes: Partial<Entry>): Entry => ({
  kind: 'user',
  id: 'ada',
  organizationId: undefined,
  before: 1_000,
  ...changes,
});

function setOf(...entries: readonly Entry[]): RevocationSet {
  const set = new RevocationSet(1_000_000);
  for (const each of entries) set.add(each, 5_000);
  return set;
}

function revokes(set: RevocationSet, claims: Claims): boolean {
  const { auth, digest } = tokenOf(claims);
  return set.revokes(auth, digest);
}

test('[40] a token issued in the same second as the cut-off is refused, and one of the next second is not', () => {
  const set = setOf(entry({ before: 1_000 }));
  expect([999, 1_000, 1_000.9, 1_001].map((iat) => revokes(set, { iat }))).toEqual([true, true, true, false]);
});

test('[40] a user is revoked in person and as an actor, an impersonator only as an actor', () => {
  const user = setOf(entry({ id: 'ada' }));
  expect(revokes(user, { sub: 'ada' })).toBe(true);
  expect(revokes(user, { sub: 'ben', actor: 'ada' })).toBe(true);
  expect(revokes(user, { sub: 'ben', actor: 'eve' })).toBe(false);
  const impersonator = setOf(entry({ kind: 'impersonator', id: 'ada' }));
  expect(revokes(impersonator, { sub: 'ada' })).toBe(false);
  expect(revokes(impersonator, { sub: 'ben', actor: 'ada' })).toBe(true);
});

test('[40] a member is revoked in one organization', () => {
  const set = setOf(entry({ kind: 'member', organizationId: 'acme' }));
  expect(revokes(set, { organization: 'acme' })).toBe(true);
  expect(revokes(set, { organization: 'other' })).toBe(false);
  expect(revokes(set, {})).toBe(false);
  expect(revokes(set, { sub: 'ben', organization: 'acme' })).toBe(false);
});

test('[40] an environment is revoked up to the cut-off, and a token whenever it was issued', () => {
  const everyone = setOf(entry({ kind: 'environment', id: null }));
  expect(revokes(everyone, { sub: 'eve', iat: 1_000 })).toBe(true);
  expect(revokes(everyone, { sub: 'eve', iat: 1_001 })).toBe(false);
  const one = setOf(entry({ kind: 'token', id: 'x' }));
  expect(revokes(one, { digest: 'x', iat: 5_000 })).toBe(true);
  expect(revokes(one, { digest: 'y', iat: 1 })).toBe(false);
});

test('[43] names of the prototype revoke no other user', () => {
  const set = setOf(entry({ id: '__proto__' }), entry({ id: 'constructor' }));
  expect(revokes(set, { sub: '__proto__' })).toBe(true);
  expect(revokes(set, { sub: 'toString' })).toBe(false);
});

test('a token without a time of issue is refused if there is any cut-off for it', () => {
  const { auth, digest } = tokenOf();
  expect(setOf(entry({})).revokes({ ...auth, issuedAt: null }, digest)).toBe(true);
  expect(setOf(entry({ id: 'ben' })).revokes({ ...auth, issuedAt: null }, digest)).toBe(false);
});

const names = fc.constantFrom('ada', 'ben', 'eve');
const subjects = fc.oneof(
  fc.record({
    kind: fc.constantFrom('user', 'impersonator', 'token'),
    id: names,
    organizationId: fc.constant(undefined),
  }),
  fc.record({ kind: fc.constant('member'), id: names, organizationId: fc.constantFrom('acme', 'other') }),
  fc.constant({ kind: 'environment', id: null, organizationId: undefined }),
);
const anEntry = fc
  .tuple(subjects, fc.integer({ min: 1, max: 20 }))
  .map(([subject, before]) => ({ ...subject, before }) as Entry);
const aToken = fc.record(
  {
    sub: names,
    iat: fc.integer({ min: 0, max: 22 }),
    organization: fc.constantFrom('acme', 'other'),
    actor: names,
    digest: names,
  },
  { requiredKeys: ['sub', 'iat', 'digest'] },
);

test('[43] the order of entries and their repetition make no difference, and an entry never permits anything', () => {
  fc.assert(
    fc.property(
      fc
        .array(anEntry, { maxLength: 12 })
        .chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
        ),
      fc.array(aToken, { minLength: 1, maxLength: 8 }),
      ([list, shuffled], tokens) => {
        const [one, other] = [setOf(...list), setOf(...shuffled)];
        for (const token of tokens) {
          expect(revokes(other, token)).toBe(revokes(one, token));
          const without = setOf(...list.slice(1));
          if (revokes(without, token)) expect(revokes(one, token)).toBe(true);
        }
        expect([...one.entries()].length).toBe(one.size);
        expect(one.size).toBe(other.size);
      },
    ),
  );
});

test('[43] at the bound, the older half becomes one cut-off, and everything that was revoked stays so', () => {
  const set = new RevocationSet(100);
  for (let i = 0; i < 100; i++) set.add(entry({ id: `user ${i}`, before: 1_000 + i }), 5_000);
  expect(set.compact()).toBeUndefined();
  set.add(entry({ kind: 'token', id: 'x', before: 1_020 }), 5_000);
  expect(set.compact()).toEqual({ entries: 51, before: 1_049 });
  expect(set.size).toBe(50);
  for (let i = 0; i < 100; i++) expect(revokes(set, { sub: `user ${i}`, iat: 1_000 + i })).toBe(true);
  expect(revokes(set, { sub: 'user 99', iat: 1_100 })).toBe(false);
  expect(revokes(set, { sub: 'eve', iat: 1_049 })).toBe(true);
  expect(revokes(set, { sub: 'eve', iat: 1_050 })).toBe(false);
  expect(revokes(set, { digest: 'x', iat: 1_010 })).toBe(true);
  // What the cut-off covers needs no place: otherwise, each snapshot of the store would compact again.
  expect(set.add(entry({ id: 'user 3', before: 1_003 }), 5_000)).toBeUndefined();
  expect(set.size).toBe(50);
});

test('[43] compaction lets nothing through that was revoked before', () => {
  fc.assert(
    fc.property(
      fc.array(anEntry, { minLength: 5, maxLength: 40 }),
      fc.array(aToken, { minLength: 1 }),
      (list, tokens) => {
        const [bounded, free] = [new RevocationSet(4), new RevocationSet(1_000)];
        for (const each of list) {
          bounded.add(each, 5_000);
          bounded.compact();
          free.add(each, 5_000);
        }
        expect(bounded.size).toBeLessThanOrEqual(4);
        for (const token of tokens) {
          // A token is revoked after it was issued.
          const isRevoked = revokes(free, { ...token, digest: 'none' });
          if (isRevoked) expect(revokes(bounded, { ...token, digest: 'none' })).toBe(true);
        }
      },
    ),
  );
});

test('[41] entries are forgotten when they end, and not before a later cut-off for the same subject ends', () => {
  const set = new RevocationSet(1_000);
  set.add(entry({ id: 'ada' }), 5_000);
  set.add(entry({ id: 'ben' }), 5_000);
  set.add(entry({ id: 'ben', before: 2_000 }), 8_000);
  set.add(entry({ id: 'ben' }), 5_000);
  set.expire(4_999, () => false);
  expect(set.size).toBe(2);
  set.expire(5_100, () => false);
  expect([...set.entries()].map(({ id }) => id)).toEqual(['ben']);
  set.expire(7_900, () => false);
  expect(set.size).toBe(1);
  set.expire(8_100, () => true);
  expect(set.size).toBe(1);
  set.expire(8_200, () => false);
  expect(set.size).toBe(0);
});

test('[36] an entry that is revoked again and again takes one place', () => {
  const set = new RevocationSet(1_000);
  for (let second = 1; second <= 10_000; second++) {
    set.add(entry({ before: second }), second);
    set.expire(second, () => true);
  }
  expect(set.size).toBe(1);
  set.expire(20_000, () => false);
  expect(set.size).toBe(0);
});

test('many entries that end at once are forgotten in parts', () => {
  const set = new RevocationSet(1_000_000);
  for (let i = 0; i < 50_000; i++) set.add(entry({ id: `user ${i}` }), 5_000);
  set.expire(6_000, () => false);
  expect(set.size).toBe(30_000);
  set.expire(6_001, () => false);
  set.expire(6_002, () => false);
  expect(set.size).toBe(0);
});
