import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../src/entries/entry.ts';
import { RevocationSet } from '../src/set/revocation-set.ts';
import { type Claims, tokenOf } from './tokens.ts';

const names = fc.constantFrom('ada', 'ben', 'eve', 'kim', 'lea', 'mia');
const subjects = fc.oneof(
  fc.record({ kind: fc.constantFrom('user', 'impersonator', 'token'), id: names }),
  fc.record({ kind: fc.constant('member'), id: names, organizationId: fc.constantFrom('acme', 'other') }),
  fc.constant({ kind: 'environment', id: null }),
);
const entries = fc
  .tuple(subjects, fc.integer({ min: 1, max: 9 }))
  .map(([subject, before]) => ({ organizationId: undefined, ...subject, before }) as Entry);
const tokens: fc.Arbitrary<Claims> = fc.record(
  {
    sub: names,
    iat: fc.integer({ min: 0, max: 11 }),
    organization: fc.constantFrom('acme', 'other'),
    actor: names,
    digest: fc.constantFrom('ada', 'none'),
  },
  { requiredKeys: ['sub', 'iat', 'digest'] },
);

test('[40] a token that was accepted before is refused if an entry since then revokes it, however many there were', () => {
  fc.assert(
    fc.property(
      fc.array(entries, { maxLength: 5 }),
      fc.array(entries, { maxLength: 12 }),
      fc.array(tokens, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(4, 1_000),
      (before, since, claims, maxEntries) => {
        const set = new RevocationSet(maxEntries);
        const add = (entry: Entry): void => {
          set.add(entry, 5_000);
          set.compact();
        };
        before.forEach(add);
        const { version } = set;
        // A compaction covers a token that was issued before it was revoked, as all are.
        const all = claims.map((each) => tokenOf(maxEntries === 4 ? { ...each, digest: 'none' } : each));
        const accepted = all.filter(({ auth, digest }) => !set.revokes(auth, digest));
        since.forEach(add);
        for (const { auth, digest } of accepted)
          expect(set.revokesSince(version, auth, digest)).toBe(set.revokes(auth, digest));
      },
    ),
    { numRuns: 500 },
  );
});

test('[40] a token is compared with all entries if a cut-off of the environment has ended meanwhile', () => {
  const set = new RevocationSet(1_000);
  const { auth, digest } = tokenOf({ iat: 2_000 });
  set.add({ kind: 'environment', id: null, organizationId: undefined, before: 1_000 }, 100);
  const { version } = set;
  set.add({ kind: 'user', id: 'ada', organizationId: undefined, before: 2_000 }, 5_000);
  set.expire(300, () => false);
  expect(set.revokesSince(version, auth, digest)).toBe(true);
});
