import { expect, test, vi } from 'vitest';
import { start, textOf } from './fake-feed.ts';
import { tokenOf } from './tokens.ts';
import { clock, turns } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const waiting = 'waits';

/** The verdict for a token of ada, or `waits` if there is none yet. */
async function verdictOf(revocations: ReturnType<typeof start>['revocations'], sub = 'eve'): Promise<string> {
  const verdict = revocations.check(tokenOf({ sub, iat: clock.wallSeconds - 60 }));
  return Promise.race([verdict, turns().then(() => waiting)]);
}

test('[42] before the first snapshot, requests wait for it, and are then decided', async () => {
  const { revocations, feed } = start();
  const [ada, eve] = ['ada', 'eve'].map((sub) => revocations.check(tokenOf({ sub, iat: clock.wallSeconds })));
  expect(ada).toBeInstanceOf(Promise);
  feed.snapshot([textOf({ before: clock.wallSeconds })]);
  await expect(ada).resolves.toBe('revoked');
  await expect(eve).resolves.toBe('accepted');
  expect(await verdictOf(revocations)).toBe('accepted');
});

test('[42] requests do not wait after the first snapshot of a replica, which is older than the process', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 60 });
  const { wallMs, steadyMs } = feed.reader.now();
  feed.reader.snapshotBegins({ askedAt: { wallMs: wallMs - 11_000, steadyMs: steadyMs - 11_000 } });
  feed.reader.snapshotEnds();
  expect(await verdictOf(revocations)).toBe('accepted');
  await clock.pass(49_000);
  expect(revocations.health().status).toBe('stale');
});

test('[42] without a snapshot, requests get no answer after waitMs, and later ones do not wait', async () => {
  const { revocations, feed } = start({ waitMs: 500 });
  const first = revocations.check(tokenOf());
  feed.reader.failed(new Error('down'));
  await clock.pass(499);
  expect(await Promise.race([first, waiting])).toBe(waiting);
  await clock.pass(1);
  await expect(first).resolves.toBe('unavailable');
  expect(revocations.check(tokenOf())).toBe('unavailable');
  feed.snapshot();
  expect(revocations.check(tokenOf())).toBe('accepted');
});

test('[42] a snapshot that has begun, and a proof without a snapshot, let nothing through', async () => {
  const { revocations, feed } = start({ waitMs: 0 });
  feed.prove();
  feed.reader.snapshotEnds();
  feed.reader.snapshotBegins();
  feed.reader.received([textOf({ before: clock.wallSeconds })]);
  feed.prove();
  expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe('unavailable');
  // What is known to be revoked is refused as such.
  expect(revocations.check(tokenOf({ sub: 'ada' }))).toBe('revoked');
  expect(revocations.health().status).toBe('starting');
  feed.reader.snapshotEnds();
  expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe('accepted');
});

test('[42] with beforeFirstSnapshot: accept, tokens are accepted without waiting, until the feed is stale', async () => {
  const { revocations } = start({ beforeFirstSnapshot: 'accept', maxStaleSeconds: 60 });
  expect(revocations.check(tokenOf())).toBe('accepted');
  await clock.pass(59_000);
  expect(revocations.check(tokenOf())).toBe('accepted');
  await clock.pass(1_000);
  expect(revocations.check(tokenOf())).toBe('unavailable');
});

test('[42] beforeFirstSnapshot: refuse holds also if whenStale is accept', async () => {
  const { revocations } = start({ waitMs: 0, whenStale: 'accept', maxStaleSeconds: 5 });
  await clock.pass(60_000);
  expect(revocations.check(tokenOf())).toBe('unavailable');
});

test.each([
  ['refuse', 'unavailable'],
  ['accept', 'accepted'],
] as const)(
  '[42] after maxStaleSeconds without proof, whenStale: %s holds, with an event and in health',
  async (whenStale, verdict) => {
    const { revocations, feed, eventsOf } = start({ whenStale });
    feed.snapshot([textOf({ before: clock.wallSeconds })]);
    await clock.pass(299_000);
    expect(await verdictOf(revocations)).toBe('accepted');
    expect(eventsOf('feed_stale')).toEqual([]);
    await clock.pass(1_000);
    expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe(verdict);
    expect(revocations.check(tokenOf({ sub: 'ada' }))).toBe('revoked');
    expect(revocations.health()).toMatchObject({ status: 'stale', silentSeconds: 300 });
    expect(eventsOf('feed_stale')).toEqual([{ type: 'feed_stale', policy: whenStale, silentSeconds: 300 }]);
    await clock.pass(60_000);
    expect(eventsOf('feed_stale')).toHaveLength(1);
    feed.prove();
    expect(eventsOf('feed_recovered')).toEqual([{ type: 'feed_recovered', silentSeconds: 360 }]);
    expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe('accepted');
    expect(revocations.health().status).toBe('current');
  },
);

test('[42] silence counts from when the store was asked, not from its answer', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 60 });
  feed.snapshot();
  const askedAt = feed.reader.now();
  await clock.pass(50_000);
  feed.reader.proven(askedAt);
  expect(revocations.health().silentSeconds).toBe(50);
  // An older proof that comes late does not count back.
  feed.prove();
  feed.reader.proven(askedAt);
  expect(revocations.health().silentSeconds).toBe(0);
});

test('[42] values that are no moments prove nothing', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 5, waitMs: 0 });
  feed.snapshot();
  await clock.pass(6_000);
  for (const moment of [undefined, null, {}, 7, { wallMs: Number.NaN, steadyMs: 1 }, { wallMs: '5', steadyMs: '5' }]) {
    feed.reader.proven(moment as never);
  }
  expect(revocations.check(tokenOf())).toBe('unavailable');
});

test('[34] after a pause of the process, requests wait for a proof that was asked for after it', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  const beforePause = feed.reader.now();
  const { asks } = feed;
  clock.freeze(600_000);
  const verdict = revocations.check(tokenOf());
  expect(feed.asks).toBe(asks + 1);
  // The answer to an earlier question arrives first.
  feed.reader.proven(beforePause);
  await turns();
  expect(await Promise.race([verdict, waiting])).toBe(waiting);
  feed.reader.received([textOf({ before: clock.wallSeconds })]);
  feed.prove();
  await expect(verdict).resolves.toBe('revoked');
});

test('[34] a proof that the feed itself asked for after the pause counts', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  clock.freeze(600_000);
  // A timer of the feed fires first.
  const askedAt = feed.reader.now();
  clock.freeze(10);
  const verdict = revocations.check(tokenOf());
  feed.reader.proven(askedAt);
  await expect(verdict).resolves.toBe('accepted');
});

test('[42] a proof does not count while a later snapshot is being read', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 60, waitMs: 0 });
  feed.snapshot();
  await clock.pass(61_000);
  feed.reader.snapshotBegins();
  feed.prove();
  expect(revocations.check(tokenOf())).toBe('unavailable');
  feed.reader.snapshotEnds();
  expect(revocations.check(tokenOf())).toBe('accepted');
});

test('[42] requests are refused from the moment on at which the feed is stale', async () => {
  const { revocations, feed } = start();
  // Not at the moment of a timer.
  await clock.pass(500);
  feed.snapshot();
  await clock.pass(299_900);
  expect(revocations.check(tokenOf())).toBe('accepted');
  await clock.pass(100);
  expect(revocations.check(tokenOf())).toBe('unavailable');
});

test('[34] the timer that fires first after a pause does not hide it', async () => {
  const { revocations, feed, eventsOf } = start();
  feed.snapshot();
  clock.freeze(600_000);
  await clock.pass(0);
  expect(feed.asks).toBe(1);
  expect(eventsOf('feed_stale')).toEqual([]);
  expect(await verdictOf(revocations)).toBe(waiting);
  feed.prove();
  expect(await verdictOf(revocations)).toBe('accepted');
  expect(eventsOf('feed_stale')).toEqual([]);
});

test.each([
  ['short', 100_000, 'accepted'],
  ['long', 400_000, 'unavailable'],
])(
  '[34] after a %s pause without an answer, waitMs passes, and then the silence decides',
  async (_name, ms, verdict) => {
    const { revocations, feed } = start();
    feed.snapshot();
    clock.freeze(ms);
    const asked = revocations.check(tokenOf());
    await clock.pass(2_000);
    await expect(asked).resolves.toBe(verdict);
    expect(revocations.check(tokenOf())).toBe(verdict);
  },
);

test('[34] a second pause during the wait begins the wait again', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  clock.freeze(400_000);
  const verdict = revocations.check(tokenOf());
  await clock.pass(1_000);
  clock.freeze(400_000);
  await clock.pass(0);
  expect(await Promise.race([verdict, waiting])).toBe(waiting);
  feed.prove();
  await expect(verdict).resolves.toBe('accepted');
});

test('[34] a sleep, in which the steady clock stops, is a pause too', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  clock.sleep(3_600_000);
  expect(await verdictOf(revocations)).toBe(waiting);
  feed.prove();
  expect(await verdictOf(revocations)).toBe('accepted');
});

test('[34][40] a proof that was asked for right before a sleep, in which the steady clock stops, ends no wait', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  const askedAt = feed.reader.now();
  clock.sleep(6_000);
  feed.reader.proven(askedAt);
  expect(await verdictOf(revocations)).toBe(waiting);
  feed.reader.failed(new Error('lost'), askedAt);
  expect(await verdictOf(revocations)).toBe(waiting);
  feed.prove();
  expect(await verdictOf(revocations)).toBe('accepted');
});

test('[42] a wall clock that is set back does not make the feed look alive', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 60 });
  feed.snapshot();
  expect(revocations.check(tokenOf())).toBe('accepted');
  await clock.pass(30_000);
  clock.setWall(-600_000);
  await clock.pass(30_000);
  expect(revocations.check(tokenOf())).toBe('unavailable');
  clock.setWall(600_000);
});

test('a feed that answers at once makes no request wait after a pause', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  feed.onAsk = () => feed.prove();
  clock.freeze(600_000);
  expect(revocations.check(tokenOf())).toBe('accepted');
});

test('[36] only so many requests wait', async () => {
  const { revocations } = start();
  const verdicts = Array.from({ length: 10_001 }, () => revocations.check(tokenOf()));
  expect(await verdicts.at(-1)).toBe('unavailable');
  await clock.pass(2_000);
  expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['unavailable']));
});

test('on a runtime without timers between requests, a request asks the store when the last proof is old', async () => {
  const { revocations, feed } = start();
  feed.askAfterMs = 3_000;
  feed.snapshot();
  clock.dropTimers();
  for (let i = 0; i < 3; i++) {
    clock.freeze(1_000);
    expect(revocations.check(tokenOf())).toBe('accepted');
  }
  expect(feed.asks).toBe(1);
  clock.freeze(60_000);
  const verdict = revocations.check(tokenOf());
  expect(feed.asks).toBe(2);
  feed.prove();
  await expect(verdict).resolves.toBe('accepted');
});

// The pauses between questions are random.
test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
  '[42] on a runtime without timers between requests, the first one that finds the last proof too old waits (%i)',
  async () => {
    const { revocations, feed } = start();
    feed.askAfterMs = 3_000;
    feed.snapshot();
    clock.dropTimers();
    for (let ms = 100; ms < 6_000; ms += 100) {
      clock.freeze(100);
      expect(revocations.check(tokenOf())).toBe('accepted');
    }
    clock.freeze(200);
    const verdict = revocations.check(tokenOf());
    expect(verdict).toBeInstanceOf(Promise);
    feed.snapshot([textOf({ before: clock.wallSeconds })]);
    await expect(verdict).resolves.toBe('revoked');
  },
);

test('[42] if the request that asked has ended, one that waits asks again, once', async () => {
  const { revocations, feed } = start();
  feed.askAfterMs = 3_000;
  feed.snapshot();
  feed.onAsk = () => new Promise(() => {});
  clock.freeze(60_000);
  const verdicts = Array.from({ length: 20 }, () => revocations.check(tokenOf({ sub: 'ada', iat: clock.wallSeconds })));
  expect(feed.asks).toBe(1);
  let answer = (): void => {};
  feed.onAsk = () =>
    new Promise<void>((resolve) => {
      answer = resolve;
    });
  await clock.pass(1_900);
  expect(feed.asks).toBe(2);
  feed.snapshot([textOf({ before: clock.wallSeconds })]);
  answer();
  for (const verdict of verdicts) await expect(verdict).resolves.toBe('revoked');
});

test('[42] a question whose promise rejects, or ends without an answer, lets nothing through, and waiting ends', async () => {
  for (const ask of [() => Promise.reject(new Error('ended')), () => Promise.resolve()]) {
    const { revocations, feed } = start();
    feed.onAsk = ask;
    feed.askAfterMs = 3_000;
    clock.freeze(10_000);
    const verdict = revocations.check(tokenOf());
    await clock.pass(2_000);
    await expect(verdict).resolves.toBe('unavailable');
    expect(feed.asks).toBeLessThan(4);
  }
});

test('a feed that has been silent for long is asked again and again, but not for each request', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  for (let i = 0; i < 120; i++) {
    await clock.pass(500);
    revocations.check(tokenOf());
  }
  expect(feed.asks).toBeGreaterThan(5);
  expect(feed.asks).toBeLessThan(45);
});

test('[42] a feed that refuses the options lets nothing through, at once and for good', async () => {
  const { revocations, feed, eventsOf } = start();
  const waits = revocations.check(tokenOf());
  const ready = revocations.ready();
  feed.reader.refused(new Error('max_age is too short'));
  await expect(waits).resolves.toBe('unavailable');
  await expect(ready).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'feed' });
  feed.snapshot();
  expect(revocations.check(tokenOf())).toBe('unavailable');
  expect(revocations.health().status).toBe('refused');
  expect(eventsOf('feed_refused')).toHaveLength(1);
});

test('ready resolves with the first snapshot, and can be aborted', async () => {
  const { revocations, feed } = start();
  const abort = new AbortController();
  const aborted = revocations.ready({ signal: abort.signal });
  const ready = revocations.ready();
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  feed.snapshot();
  await ready;
  await revocations.ready();
  await expect(revocations.ready({ signal: abort.signal })).rejects.toThrow('enough');
});

test('after close, what is known is used until it is stale', async () => {
  const { revocations, feed } = start({ maxStaleSeconds: 60 });
  feed.snapshot([textOf({ before: clock.wallSeconds })]);
  const timers = clock.timers;
  await revocations.close();
  await revocations.close();
  expect(feed.isOpen).toBe(false);
  expect(revocations.health().status).toBe('closed');
  expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe('accepted');
  expect(revocations.check(tokenOf({ sub: 'ada' }))).toBe('revoked');
  clock.freeze(60_000);
  feed.prove();
  expect(revocations.check(tokenOf({ sub: 'eve' }))).toBe('unavailable');
  await clock.pass(2_000);
  expect(clock.timers).toBeLessThan(timers);
});

test('[38] a feed that throws does not end the process', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  feed.onAsk = () => {
    throw new Error('broken');
  };
  clock.freeze(30_000);
  const verdict = revocations.check(tokenOf());
  await clock.pass(2_000);
  await expect(verdict).resolves.toBe('accepted');
});
