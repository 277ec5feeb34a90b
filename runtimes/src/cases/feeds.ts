import { createHash } from 'node:crypto';
import type { Case, FeedQuestion, FeedStep, Group } from '../case.ts';
import { type EntryFields, writeEntry } from '../entry.ts';
import { issuer, mint, nowSeconds } from '../issuer.ts';
import type { LocalServer } from '../local-server.ts';

/** Longer than a block of SHA-256, with letters of two bytes. */
const secret = 'a secret of the fleet, långer than a block of the hash function, which has 64 bytes';
const previous = 'the previous secret, which signs nothing new';
const strange = 'the secret of a stranger, at least as long';

/** Revocations that arrive from a store over HTTP, with `pollFeed`: security statements 40 to 43. */
export async function listFeedCases(server: LocalServer): Promise<Group> {
  const { key, origin } = server;
  const [token, other] = [await mint(key), await mint(key, { sub: 'user_2' })];
  const before = nowSeconds();
  const at = new Date(before * 1000).toISOString();
  const signed = { signingKeys: [secret] };
  const put = (...texts: string[]): FeedStep => ({ store: { texts } });
  const entry = (id: string, secret?: string, changes: Partial<EntryFields> = {}): string =>
    writeEntry({ kind: 'user', id, before, ...changes }, secret);
  const hash = createHash('sha256').update(token.slice(0, token.lastIndexOf('.')));
  const digest = writeEntry({ kind: 'token', id: hash.digest('base64url'), before });

  const cases: [name: string, options: object, steps: readonly FeedStep[], expected: string][] = [
    ['an empty store', {}, [{ token }, { token }], 'user_1; user_1'],
    [
      'the first request waits for the snapshot',
      {},
      [put(entry('user_1')), { token }, { token: other }],
      'token_revoked; user_2',
    ],
    [
      'a user, later',
      {},
      [{ token }, put(entry('user_1')), { untilRefused: token }, { token: other }],
      'user_1; token_revoked; user_2',
    ],
    ['a token, later', {}, [{ token }, put(digest), { untilRefused: token }], 'user_1; token_revoked'],
    [
      'the environment, later',
      {},
      [{ token }, put(writeEntry({ kind: 'environment', before })), { untilRefused: token }, { token: other }],
      'user_1; token_revoked; token_revoked',
    ],
    [
      'a signed entry',
      signed,
      [{ token }, put(entry('user_1', secret)), { untilRefused: token }],
      'user_1; token_revoked',
    ],
    [
      'an entry that the previous secret has signed',
      { signingKeys: [secret, previous] },
      [put(entry('user_1', previous)), { token }, { token: other }],
      'token_revoked; user_2',
    ],
    [
      'entries that are unsigned, signed by a stranger, or altered',
      signed,
      [
        put(entry('user_1'), entry('user_1', strange), entry('user_3', secret).replace('user_3', 'user_1')),
        put(entry('user_2', secret)),
        { token: other },
        { token },
      ],
      'token_revoked; user_1',
    ],
    [
      'entries that are malformed, foreign, or of another version',
      {},
      [
        put('', 'v1:', 'v1:::{', 'v1:::null', entry('user_1').replace('v1', 'v2')),
        put(entry('user_1', undefined, { environmentId: 'env_2' }), entry('user_2')),
        { token: other },
        { token },
      ],
      'token_revoked; user_1',
    ],
    [
      'an announcement of this runtime',
      {},
      [{ token }, { announce: 'user_1', at }, { token }, { show: 'texts' }],
      `user_1; announced; token_revoked; ${entry('user_1')}`,
    ],
    [
      'a signed announcement of this runtime',
      signed,
      [{ announce: 'usér_🏮', at }, { show: 'texts' }],
      `announced; ${entry('usér_🏮', secret)}`,
    ],
    [
      'an announcement that the store does not accept',
      {},
      [{ token }, { store: { isDown: true } }, { announce: 'user_1', at }, { token }, { token: other }],
      'user_1; revocation_not_announced; token_revoked; user_2',
    ],
    ['a store that is down at the start', {}, [{ store: { isDown: true } }, { token }], 'revocations_unavailable'],
    [
      'a store that goes down, and comes back',
      { maxStaleSeconds: 300 },
      [
        put(entry('user_1')),
        { token },
        { store: { isDown: true } },
        { clockAheadMs: 200_000 },
        { token },
        { token: other },
        { clockAheadMs: 310_000 },
        { token },
        { token: other },
        { store: { isDown: false } },
        { clockAheadMs: 320_000 },
        { token },
        { token: other },
      ],
      'token_revoked; token_revoked; user_2; token_revoked; revocations_unavailable; token_revoked; user_2',
    ],
    [
      'a store that goes down, if stale revocations are accepted',
      { maxStaleSeconds: 5, whenStale: 'accept' },
      [
        put(entry('user_1')),
        { token },
        { store: { isDown: true } },
        { clockAheadMs: 60_000 },
        { token },
        { token: other },
      ],
      'token_revoked; token_revoked; user_2',
    ],
  ];
  const material = {
    ask: 'feed',
    stores: `${origin}/store/good`,
    verifier: { issuer, keys: { keys: [key.publicJwk] } },
  } as const;
  return {
    name: 'feeds',
    cases: cases.map(([name, options, steps, expected]): Case => {
      // On a slow machine, too, requests wait for the store.
      const usual = { issuer, environmentId: 'env_1', waitMs: 30_000 };
      const question: FeedQuestion = { ...material, options: { ...usual, ...options }, steps };
      return { name, expected, question };
    }),
  };
}
