import { expect, test, vi } from 'vitest';
import {
  createRevocations,
  type FeedEntry,
  type PollFeedOptions,
  type PollQuery,
  type PollResult,
  pollFeed,
  type RevocationEvent,
  type RevocationOptions,
} from '../src/index.ts';
import { textOf } from './fake-feed.ts';
import { environmentId, issuer, tokenOf } from './tokens.ts';
import { clock, startTimer, turns } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const now = (): number => clock.wallSeconds;

type Answer = (query: PollQuery) => PollResult | Promise<PollResult>;

function start(
  answer: Answer = () => [],
  options: Partial<PollFeedOptions> = {},
  others: Partial<RevocationOptions> = {},
) {
  const queries: PollQuery[] = [];
  const events: RevocationEvent[] = [];
  const store = {
    answer,
    queries,
    events,
    typesOf: () => events.map(({ type }) => type),
  };
  const read = async (query: PollQuery): Promise<PollResult> => {
    queries.push(query);
    return store.answer(query);
  };
  const feed = pollFeed({ read, ...options });
  const onEvent = (event: RevocationEvent): void => {
    events.push(event);
  };
  const revocations = createRevocations({ issuer, environmentId, feed, onEvent, ...others });
  return Object.assign(store, { feed, revocations });
}

const never = (): Promise<never> => new Promise(() => {});

test('[40] reads at the start and again and again, and each read is a snapshot', async () => {
  const store = start();
  await store.revocations.ready();
  expect(store.revocations.check(tokenOf({ sub: 'ada', iat: now() }))).toBe('accepted');
  store.answer = () => [textOf({ before: now() })];
  await clock.pass(6_000);
  expect(store.revocations.check(tokenOf({ sub: 'ada', iat: now() - 6 }))).toBe('revoked');
  await clock.pass(60_000);
  expect(store.queries.length).toBeGreaterThan(9);
  expect(store.queries.length).toBeLessThan(17);
  expect(store.revocations.health().status).toBe('current');
  expect(store.typesOf().filter((type) => type === 'feed_current')).toHaveLength(1);
});

test('processes that start together do not read together', async () => {
  const readAt: number[] = [];
  for (let i = 0; i < 100; i++) {
    const store = start();
    store.answer = () => {
      readAt.push(Math.round(clock.nowMs));
      return [];
    };
  }
  await clock.pass(4_000);
  const before = readAt.length;
  await clock.pass(2_000);
  expect(readAt.length - before).toBe(100);
  expect(new Set(readAt.slice(before)).size).toBeGreaterThan(50);
});

test('poll reads at once, and again if a read had begun before', async () => {
  const store = start();
  await clock.pass(1_000);
  expect(store.queries).toHaveLength(1);
  store.feed.poll();
  await clock.pass(1);
  expect(store.queries).toHaveLength(2);
  let end = (): void => {};
  store.answer = () =>
    new Promise((resolve) => {
      end = () => resolve([]);
    });
  await clock.pass(200);
  store.feed.poll();
  await clock.pass(1);
  store.feed.poll();
  store.feed.poll();
  await clock.pass(200);
  expect(store.queries).toHaveLength(3);
  end();
  await clock.pass(1);
  expect(store.queries).toHaveLength(4);
});

test('[36] a flood of notifications causes at most ten reads a second', async () => {
  const store = start();
  for (let i = 0; i < 1_000; i++) {
    store.feed.poll();
    await clock.pass(1);
  }
  expect(store.queries.length).toBeLessThan(13);
});

test('[42] a read that fails or hangs is a failure, is ended, and is repeated ever more rarely', async () => {
  const store = start(undefined, { timeoutMs: 1_000 });
  await clock.pass(100);
  store.answer = never;
  await clock.pass(8_000);
  expect(store.typesOf()).toContain('feed_failed');
  expect(store.queries.some(({ signal }) => signal.aborted)).toBe(true);
  store.answer = () => Promise.reject(new Error('down'));
  const before = store.queries.length;
  await clock.pass(280_000);
  expect(store.queries.length - before).toBeLessThan(40);
  expect(store.revocations.health().status).toBe('current');
  await clock.pass(30_000);
  expect(store.revocations.health().status).toBe('stale');
  store.answer = () => [];
  await clock.pass(31_000);
  expect(store.revocations.health().status).toBe('current');
});

test('[42] the result of a read that took too long does not count', async () => {
  let end = (_texts: PollResult): void => {};
  const slow: Answer = () =>
    new Promise((resolve) => {
      end = resolve;
    });
  const store = start(slow, { timeoutMs: 1_000 });
  await clock.pass(1_500);
  end([]);
  await clock.pass(1);
  expect(store.revocations.health().status).toBe('starting');
});

test.each([
  ['nothing', undefined, /`read` must be a function that resolves with a list of texts/],
  ['rows', [{ text: 'v1:::{}' }], /a list of other values than texts.*rows\.map/],
  ['a result of pg', { rows: [] }, /Found: an object/],
])('a read that resolves with %s is a failure with a message', async (_name, result, message) => {
  const store = start(() => result as never);
  await clock.pass(6_000);
  const event = store.events.find(({ type }) => type === 'feed_failed');
  expect(event).toMatchObject({ problem: expect.stringMatching(message) });
  expect(store.revocations.health().status).toBe('starting');
});

test('[43] single values that are no texts are ignored', async () => {
  const store = start(() => [null as never, textOf({ before: now() })]);
  await clock.pass(1);
  expect(store.revocations.health()).toMatchObject({ status: 'current', entries: 1 });
  expect(store.events).toContainEqual({ type: 'entries_ignored', why: 'malformed', entries: 1 });
});

test('with the time of the store, most reads ask for what was written in the last minute', async () => {
  const text = textOf({ before: now() });
  const store = start(() => ({ texts: [text], storeTime: new Date(now() * 1000) }));
  await clock.pass(130_000);
  const full = store.queries.filter(({ since }) => since === undefined);
  expect(full.length).toBeGreaterThanOrEqual(2);
  expect(full.length).toBeLessThanOrEqual(4);
  const moments = store.queries.flatMap(({ since }) => (since === undefined ? [] : [Number(since) / 1000 - now()]));
  expect(moments.at(-1)).toBeLessThanOrEqual(-60);
  expect(moments.at(-1)).toBeGreaterThan(-80);
});

test('[43] a read of the newest entries alone does not count as a loss of the others', async () => {
  const all = [textOf({ before: now() }), textOf({ id: 'ben', before: now() })];
  const answer: Answer = ({ since }) => ({ texts: since === undefined ? all : [], storeTime: new Date(now() * 1000) });
  const store = start(answer, { write: async () => {} });
  await clock.pass(200_000);
  expect(store.typesOf()).not.toContain('feed_reset');
  expect(store.revocations.health()).toMatchObject({ entries: 2, pending: 0 });
});

test('[43] after a failure, everything is read again', async () => {
  const answer: Answer = () => ({ texts: [], storeTime: new Date(now() * 1000) });
  const store = start(answer);
  await clock.pass(7_000);
  store.answer = () => Promise.reject(new Error('down'));
  await clock.pass(7_000);
  store.answer = answer;
  const before = store.queries.length;
  await clock.pass(20_000);
  expect(store.queries[1]?.since).toBeInstanceOf(Date);
  expect(store.queries[before]?.since).toBeUndefined();
  expect(store.queries[before + 1]?.since).toBeInstanceOf(Date);
});

test('[43] a read that ends after a later one has ended does not count', async () => {
  const store = start(undefined, { write: async () => {} });
  await turns();
  let endFirst = (): void => {};
  store.answer = () =>
    new Promise((resolve) => {
      endFirst = () => resolve([]);
    });
  await clock.pass(6_100);
  clock.freeze(5_500);
  store.answer = () => [textOf({ before: now() })];
  const verdict = store.revocations.check(tokenOf({ sub: 'ada', iat: now() }));
  await expect(verdict).resolves.toBe('revoked');
  endFirst();
  await turns();
  expect(store.typesOf().filter((type) => type === 'feed_reset')).toHaveLength(1); // the empty store at the start
  expect(store.revocations.health()).toMatchObject({ status: 'current', pending: 0 });
});

test('[43] an emptied store gets the entries back', async () => {
  const rows = new Set<string>();
  const store = start(() => [...rows], {
    write: async (entries) => {
      for (const { text } of entries) rows.add(text);
    },
  });
  await clock.pass(1);
  await store.revocations.revokeUser('ada');
  await clock.pass(6_000);
  const kept = [...rows];
  rows.clear();
  await clock.pass(20_000);
  expect([...rows]).toEqual(kept);
  expect(store.typesOf()).toContain('feed_reset');
  expect(store.typesOf()).toContain('entries_restored');
});

test('an empty store at the start is reported', async () => {
  const store = start();
  await clock.pass(1);
  expect(store.typesOf()).toEqual(['feed_reset', 'feed_current']);
});

test('[44] write gets the entries, a signal and the time to keep them, and a failure is passed on', async () => {
  const writes: unknown[] = [];
  let isDown = false;
  const store = start(undefined, {
    write: async (entries, options) => {
      writes.push(entries, options);
      if (isDown) throw new Error('down');
    },
  });
  await clock.pass(1);
  await store.revocations.revokeUser('ada', { at: new Date(now() * 1000) });
  expect(writes[0]).toMatchObject([{ key: expect.stringMatching(/^[0-9a-f]{64}$/), text: textOf({ before: now() }) }]);
  expect(writes[1]).toMatchObject({ retentionSeconds: 5_100, signal: expect.any(AbortSignal) });
  isDown = true;
  await expect(store.revocations.revokeUser('ben')).rejects.toMatchObject({ name: 'ToriiRevocationError' });
});

test('[44] a write that hangs is aborted', async () => {
  let signal: AbortSignal | undefined;
  const write: PollFeedOptions['write'] = (_entries, options) => {
    signal = options.signal;
    return never();
  };
  const store = start(undefined, { write }, { announceTimeoutMs: 500 });
  await clock.pass(1);
  const outcome = store.revocations.revokeUser('ada').catch((error: unknown) => error);
  await clock.pass(600);
  expect(await outcome).toMatchObject({ name: 'ToriiRevocationError' });
  expect(signal?.aborted).toBe(true);
});

test('without write, nothing can be revoked here, and nothing is written back', async () => {
  const store = start(() => [textOf({ before: now() })]);
  await clock.pass(1);
  await expect(store.revocations.revokeUser('ben')).rejects.toThrow(/`feed` can only read/);
  store.answer = () => [];
  await clock.pass(60_000);
  expect(store.revocations.health()).toMatchObject({ entries: 1, pending: 0 });
});

test('after close, nothing is read, and a read that is under way is aborted', async () => {
  const store = start(never);
  await store.revocations.close();
  store.feed.poll();
  await clock.pass(60_000);
  expect(store.queries).toHaveLength(1);
  expect(store.queries[0]?.signal.aborted).toBe(true);
});

test('on a runtime without timers between requests, requests read in the background, and wait if the last proof is old', async () => {
  const store = start(undefined, { everyMs: 2_000 });
  await turns();
  store.answer = () => [textOf({ before: now() })];
  clock.dropTimers();
  clock.freeze(2_500);
  expect(store.revocations.check(tokenOf({ sub: 'eve', iat: now() }))).toBe('accepted');
  expect(store.queries).toHaveLength(1);
  clock.freeze(1_000);
  expect(store.revocations.check(tokenOf({ sub: 'eve', iat: now() }))).toBe('accepted');
  expect(store.queries).toHaveLength(2);
  await turns();
  clock.dropTimers();
  clock.freeze(60_000);
  const verdict = store.revocations.check(tokenOf({ sub: 'ada', iat: now() - 60 }));
  expect(verdict).toBe('revoked');
  const waiting = store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
  expect(waiting).toBeInstanceOf(Promise);
  await expect(waiting).resolves.toBe('accepted');
});

test('a read that ended with the request that began it does not keep later requests from reading', async () => {
  const store = start(undefined, { timeoutMs: 60_000 });
  await turns();
  store.answer = never;
  clock.dropTimers();
  clock.freeze(10_000);
  void store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
  expect(store.queries).toHaveLength(2);
  clock.dropTimers();
  clock.freeze(10_000);
  store.answer = () => [];
  const verdict = store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
  expect(store.queries).toHaveLength(3);
  await expect(verdict).resolves.toBe('accepted');
});

test('[42] where each read in the background is lost, requests wait for a read now and then, and the feed never becomes stale', async () => {
  const store = start(undefined, { everyMs: 1_000 });
  await turns();
  let end = (): void => {};
  store.answer = () =>
    new Promise((resolve) => {
      end = () => resolve([]);
    });
  const waits: number[] = [];
  for (let second = 0; second < 600; second++) {
    clock.dropTimers();
    clock.freeze(1_000);
    const verdict = store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
    expect(verdict).not.toBe('unavailable');
    if (typeof verdict === 'string') continue;
    waits.push(second);
    // A request that waits keeps the read alive that it has begun.
    end();
    await expect(verdict).resolves.toBe('accepted');
  }
  // Every few seconds: a read in the background is lost, and the next one is waited for.
  expect(waits.length).toBeGreaterThan(120);
  expect(waits.length).toBeLessThan(250);
});

test('a request that waits gets its answer as soon as the read fails', async () => {
  const store = start();
  await turns();
  store.answer = () => Promise.reject(new Error('down'));
  clock.freeze(400_000);
  const verdict = store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
  await expect(verdict).resolves.toBe('unavailable');
  expect(store.revocations.check(tokenOf({ sub: 'eve', iat: now() }))).toBe('unavailable');
});

test('[34] a read that began before a pause, and fails after it, ends no wait', async () => {
  const store = start();
  let fail = (): void => {};
  store.answer = () =>
    new Promise((_resolve, reject) => {
      fail = () => reject(new Error('down'));
    });
  await clock.pass(6_100);
  clock.freeze(400_000);
  store.answer = never;
  const verdict = store.revocations.check(tokenOf({ sub: 'eve', iat: now() }));
  fail();
  await turns();
  expect(await Promise.race([verdict, 'waits'])).toBe('waits');
});

test('a large snapshot is passed on in parts', async () => {
  const store = start(() => Array.from({ length: 12_000 }, (_, i) => textOf({ id: `user ${i}`, before: now() })));
  await turns();
  expect(store.revocations.health()).toMatchObject({ status: 'starting', entries: 5_000 });
  await clock.pass(5);
  expect(store.revocations.health()).toMatchObject({ status: 'current', entries: 12_000 });
});

test.each([
  ['no read', {}, /`read` must be a function/],
  ['a write that is undefined', { read: async () => [], write: undefined }, /`write` is undefined/],
  ['reads every 10 ms', { read: async () => [], everyMs: 10 }, /`everyMs` must be a number from 250 to 10000/],
  ['an unknown option', { read: async () => [], interval: 5 }, /no option `interval`.*`everyMs`/],
  ['a function', async () => [], /`options` must be an object/],
])('%s is refused', (_name, options, message) => {
  expect(() => pollFeed(options as never)).toThrow(message);
});

test('[34][42] an answer that was read before a pause of the process lets nothing through', async () => {
  let finish = (_texts: readonly string[]): void => {};
  const slow: Answer = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  const store = start();
  await store.revocations.ready();
  store.answer = slow;
  await clock.pass(7_000);
  const finishEarly = finish;
  const token = tokenOf({ iat: now() });
  // Meanwhile, another process revokes the token.
  clock.freeze(600_000);
  const entry = textOf({ before: now() });
  finishEarly([]);
  await turns();
  const verdict = store.revocations.check(token);
  finish([entry]);
  await turns();
  expect(await verdict).toBe('revoked');
});

test('[42] an answer proves what the store held when it was asked, and not when it has answered', async () => {
  const store = start(undefined, { timeoutMs: 60_000 });
  await store.revocations.ready();
  store.answer = async () => {
    await new Promise((resolve) => startTimer(() => resolve(undefined), 50_000));
    return [];
  };
  await clock.pass(60_000);
  expect(store.revocations.health().silentSeconds).toBeGreaterThanOrEqual(50);
});

test('[43] an answer that came late does not set the clock of the store back', async () => {
  let finish = (_result: PollResult): void => {};
  const written: string[] = [];
  const write = async (entries: readonly FeedEntry[]) => void written.push(...entries.map(({ text }) => text));
  const store = start(() => ({ texts: [], storeTime: new Date(clock.nowMs) }), { write });
  await store.revocations.ready();
  store.answer = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  await clock.pass(7_000);
  const finishEarly = finish;
  const storeTime = new Date(clock.nowMs);
  clock.freeze(600_000);
  finishEarly({ texts: [], storeTime });
  await turns();
  await store.revocations.revokeUser('ada');
  expect(written[0]).toContain(`"before":${now() + 30}`);
});
