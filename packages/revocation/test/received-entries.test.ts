import { expect, test, vi } from 'vitest';
import { signingKey, start, textOf } from './fake-feed.ts';
import { tokenOf } from './tokens.ts';
import { clock } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const minute = 60_000;
const now = (): number => clock.wallSeconds;

test('[40] an entry holds for a token that was accepted before', () => {
  const { revocations, feed } = start();
  feed.snapshot();
  const [ada, eve] = [tokenOf({ sub: 'ada', iat: now() }), tokenOf({ sub: 'eve', iat: now() })];
  expect([ada, eve].map((token) => revocations.check(token))).toEqual(['accepted', 'accepted']);
  feed.reader.received([textOf({ before: now() })]);
  expect([ada, eve].map((token) => revocations.check(token))).toEqual(['revoked', 'accepted']);
});

test('[40] what one environment has found out about a token does not count in another', () => {
  const [one, other] = [start(), start()];
  one.feed.snapshot();
  other.feed.snapshot([textOf({ before: now() })]);
  const token = tokenOf({ sub: 'ada', iat: now() });
  expect(one.revocations.check(token)).toBe('accepted');
  expect(other.revocations.check(token)).toBe('revoked');
  expect(one.revocations.check(token)).toBe('accepted');
  token.mark = { isRevoked: false, version: 1 };
  expect(other.revocations.check(token)).toBe('revoked');
});

test('[43] entries that cannot be used revoke no token, and are reported once a minute for each reason', async () => {
  const { revocations, feed, eventsOf } = start({ signingKeys: [signingKey('a')] });
  const signed = { signingKeys: [signingKey('a')] };
  feed.snapshot([
    'ada',
    7 as never,
    textOf({ before: now() }),
    textOf({ before: now() }, { ...signed, environment: 'env_2' }),
    textOf({ before: now() + 901 }, signed),
    'v2:ada',
  ]);
  expect(revocations.check(tokenOf({ sub: 'ada', iat: now() }))).toBe('accepted');
  expect(revocations.health()).toMatchObject({ entries: 0, status: 'current' });
  const reasons = eventsOf('entries_ignored').map(({ why, entries }) => `${why} ${entries}`);
  expect(reasons.sort()).toEqual(['foreign 1', 'future 1', 'malformed 2', 'signature 1', 'version 1']);
  feed.reader.received(Array.from({ length: 500 }, () => 'ada'));
  expect(eventsOf('entries_ignored')).toHaveLength(5);
  await clock.pass(minute);
  expect(eventsOf('entries_ignored').at(-1)).toEqual({ type: 'entries_ignored', why: 'malformed', entries: 500 });
  feed.reader.received([textOf({ before: now() }, signed)]);
  expect(revocations.check(tokenOf({ sub: 'ada', iat: now() }))).toBe('revoked');
});

test('[43] an entry that this process has accepted is not missed when the clock of the store is set back', async () => {
  const { feed, eventsOf } = start();
  const text = textOf({ before: now() + 600 });
  feed.snapshot([text], { storeMs: now() * 1000 });
  feed.snapshot([text], { storeMs: (now() - 400) * 1000 });
  await clock.pass(minute);
  expect(feed.written).toEqual([]);
  expect([...eventsOf('feed_reset'), ...eventsOf('entries_ignored')]).toEqual([]);
});

test('[38][43] a feed that passes on nonsense is reported, and ends nothing', () => {
  const { revocations, feed, eventsOf } = start();
  feed.snapshot();
  const { reader } = feed;
  reader.received(undefined as never);
  reader.received(null as never, 'now' as never);
  reader.received('text' as never, Number.NaN);
  reader.snapshotBegins(null as never);
  reader.snapshotEnds();
  reader.failed(undefined);
  reader.failed(
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    ),
  );
  expect(revocations.check(tokenOf())).toBe('accepted');
  expect(eventsOf('feed_failed')).toHaveLength(2);
});

test('a failing feed is reported when the outage begins, and at most once a minute', async () => {
  const { feed, eventsOf } = start();
  feed.snapshot();
  const fail = (): void => feed.reader.failed(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  for (let i = 0; i < 50; i++) {
    fail();
    await clock.pass(1_000);
  }
  expect(eventsOf('feed_failed')).toHaveLength(1);
  expect(eventsOf('feed_failed')[0]?.problem).toBe('connect (ECONNREFUSED)');
  await clock.pass(20_000);
  fail();
  expect(eventsOf('feed_failed')).toHaveLength(2);
  feed.prove();
  fail();
  expect(eventsOf('feed_failed')).toHaveLength(3);
});

test('a snapshot is reported at the start, after a failure and after a reset, and not each time', () => {
  const { feed, eventsOf } = start();
  feed.snapshot([textOf({ before: now() })]);
  feed.snapshot([textOf({ before: now() })]);
  expect(eventsOf('feed_current')).toEqual([{ type: 'feed_current', entries: 1, durationMs: 0 }]);
  feed.reader.failed(new Error('gone'));
  feed.snapshot([textOf({ before: now() })]);
  expect(eventsOf('feed_current')).toHaveLength(2);
  feed.snapshot([textOf({ before: now() })], { reset: true });
  expect(eventsOf('feed_current')).toHaveLength(3);
  expect(eventsOf('feed_reset')).toHaveLength(1);
});

test('[43] a snapshot that ends in the middle, or is older, takes nothing back', () => {
  const { revocations, feed } = start();
  feed.snapshot([textOf({ before: now() })]);
  feed.reader.snapshotBegins();
  feed.reader.failed(new Error('died'));
  feed.snapshot([textOf({ before: now() - 500 })]);
  feed.snapshot([], { reset: true });
  expect(revocations.check(tokenOf({ sub: 'ada', iat: now() }))).toBe('revoked');
});

test('[41] an entry is kept for maxTokenSeconds and 600 seconds from its arrival', async () => {
  const { revocations, feed } = start({ maxTokenSeconds: 60 });
  feed.snapshot([textOf({ before: now() })]);
  await clock.pass(659_000);
  expect(revocations.health().entries).toBe(1);
  await clock.pass(3 * minute);
  expect(revocations.health().entries).toBe(0);
});

test('[41] a cut-off that lies ahead is kept longer', async () => {
  const { revocations, feed } = start({ maxTokenSeconds: 60 });
  feed.snapshot([textOf({ before: now() + 900 })]);
  // A wall clock that is ahead for some time makes no difference.
  clock.setWall(120 * minute);
  await clock.pass(1_559_000);
  clock.setWall(-120 * minute);
  expect(revocations.health().entries).toBe(1);
});

test('[43] a wall clock that jumps ahead ends no entry early', async () => {
  const { revocations, feed } = start({ maxTokenSeconds: 60 });
  feed.snapshot([textOf({ before: now() })]);
  const iat = now();
  clock.setWall(24 * 60 * minute);
  await clock.pass(2 * minute);
  clock.setWall(-24 * 60 * minute);
  feed.prove();
  expect(revocations.check(tokenOf({ sub: 'ada', iat }))).toBe('revoked');
});

test.each([-10, 10])(
  '[43] with a clock that is %i minutes off, an entry holds for every token that this clock accepts',
  async (minutes) => {
    const trueNow = now();
    clock.setWall(minutes * minute);
    const { revocations, feed } = start({ maxTokenSeconds: 300 });
    feed.snapshot([textOf({ before: trueNow })], { storeMs: trueNow * 1000 });
    const token = tokenOf({ sub: 'ada', iat: trueNow });
    // Until this clock says that the token has expired, with the largest tolerance.
    for (let passed = 0; now() < trueNow + 300 + 300; passed++) {
      expect(revocations.check({ ...token })).toBe('revoked');
      await clock.pass(10_000);
      feed.prove();
      expect(passed).toBeLessThan(200);
    }
    clock.setWall(-minutes * minute);
  },
);

test('[43] with a slow clock, the store tells what lies too far ahead', () => {
  const { revocations, feed } = start();
  feed.snapshot([textOf({ before: now() + 36_000 })], { storeMs: (now() + 36_000) * 1000 });
  expect(revocations.health().entries).toBe(1);
});

test('[43] an entry whose tokens have all expired is not kept', () => {
  const { revocations, feed } = start({ maxTokenSeconds: 60 });
  feed.snapshot([textOf({ before: now() - 1_700 }), textOf({ id: 'ben', before: now() - 1_500 })]);
  expect([...revocations.list()].map(({ id }) => id)).toEqual(['ben']);
});

test('[36][43] a flood is bounded: the older half becomes one cut-off, with an event', () => {
  const { revocations, feed, eventsOf } = start({ maxEntries: 100 });
  const texts = Array.from({ length: 1_000 }, (_, i) => textOf({ id: `user ${i}`, before: now() - 1_000 + i }));
  feed.snapshot(texts);
  feed.snapshot(texts);
  expect(revocations.health().entries).toBeLessThanOrEqual(100);
  for (let i = 0; i < 1_000; i++) {
    expect(revocations.check(tokenOf({ sub: `user ${i}`, iat: now() - 1_000 + i }))).toBe('revoked');
  }
  expect(revocations.check(tokenOf({ sub: 'eve', iat: now() }))).toBe('accepted');
  const [event] = eventsOf('entries_compacted');
  expect(event).toMatchObject({ entries: 51, issuedBefore: new Date((now() - 950) * 1000).toISOString() });
  expect([...revocations.list()][0]).toMatchObject({ kind: 'environment', id: null });
});

test('list shows what is held, and health how many', () => {
  const { revocations, feed } = start();
  const before = now();
  feed.snapshot([
    textOf({ before }),
    textOf({ kind: 'member', organizationId: 'acme', before }),
    textOf({ kind: 'environment', id: null, before: before - 10 }),
  ]);
  const issuedBefore = new Date(before * 1000).toISOString();
  expect([...revocations.list()]).toEqual([
    { kind: 'environment', id: null, issuedBefore: new Date((before - 10) * 1000).toISOString() },
    { kind: 'user', id: 'ada', issuedBefore },
    { kind: 'member', id: 'ada', organizationId: 'acme', issuedBefore },
  ]);
  expect(revocations.health()).toEqual({ status: 'current', silentSeconds: 0, entries: 3, pending: 0 });
});

test('the reader tells the feed how long to keep entries, and how often to prove that the store lives', () => {
  const { reader } = start({ maxTokenSeconds: 600 }).feed;
  expect(reader).toMatchObject({ retentionSeconds: 600 + 600 + 900, silenceMs: 10_000 });
  expect(reader.channel).toMatch(/^[0-9a-f]{24}$/);
  expect(start({ maxStaleSeconds: 6 }).feed.reader.silenceMs).toBe(1_500);
});

test('[43][44] an entry of another subject under the same key does not keep an announcement out of the store', () => {
  const signingKeys = [signingKey('a')];
  const { reader } = start({ signingKeys }).feed;
  const ours = textOf({ before: now() }, { signingKeys });
  // Whoever can write to the store can copy a signed entry to the key of another user.
  const copied = textOf({ id: 'eve', before: now() + 60 }, { signingKeys });
  expect(reader.later(copied, ours)).toBe(ours);
  const later = textOf({ before: now() + 60 }, { signingKeys });
  expect(reader.later(later, ours)).toBe(later);
});

test('[42] a snapshot with an unreadable moment proves nothing', async () => {
  const { revocations, feed } = start();
  feed.reader.snapshotBegins({ askedAt: { wallMs: Number.NaN } as never });
  feed.reader.snapshotEnds();
  expect(revocations.health()).toMatchObject({ status: 'current', silentSeconds: null });
  await clock.pass(300_000);
  expect(await revocations.check(tokenOf())).toBe('unavailable');
});
