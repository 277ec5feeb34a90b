import { ToriiRevocationError } from '@torii/core';
import { expect, test, vi } from 'vitest';
import { keyOf } from '../src/entries/entry.ts';
import type { FeedEntry, Revocations } from '../src/index.ts';
import { signingKey, start, textOf } from './fake-feed.ts';
import { tokenOf } from './tokens.ts';
import { clock, turns } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const now = (): number => clock.wallSeconds;
const fieldsOf = ({ text }: FeedEntry): unknown => JSON.parse(text.slice(text.indexOf('{')));
const issuedNow = (sub = 'ada') => tokenOf({ sub, iat: now() });

function started(options: Parameters<typeof start>[0] = {}) {
  const all = start(options);
  all.feed.snapshot();
  return all;
}

test('[40][44] a revocation holds at once in this process, and is announced when the store has accepted it', async () => {
  const { revocations, feed, eventsOf } = started();
  let accept = (): void => {};
  feed.onWrite = () =>
    new Promise((resolve) => {
      accept = resolve;
    });
  const announcing = revocations.revokeUser('ada');
  await clock.pass(100);
  expect(revocations.check(issuedNow())).toBe('revoked');
  expect(revocations.health().pending).toBe(1);
  expect(eventsOf('announced')).toEqual([]);
  accept();
  await announcing;
  expect(eventsOf('announced')).toEqual([{ type: 'announced', kind: 'user', id: 'ada', durationMs: 100 }]);
  expect(revocations.health().pending).toBe(0);
});

test('each call writes the entry of its subject, under a key without its id', async () => {
  const { revocations, feed } = started();
  const at = new Date((now() - 5) * 1000);
  const before = now() - 5;
  await revocations.revokeUser('ada', { at });
  await revocations.revokeUser('ada', { at: at.toISOString(), organizationId: 'acme' });
  await revocations.revokeImpersonator('ada', { at });
  await revocations.revokeEnvironment({ at });
  const of = { issuer: 'https://acme.torii.test', environmentId: 'env_1', before };
  expect(feed.written.map(fieldsOf)).toEqual([
    { kind: 'user', id: 'ada', ...of },
    { kind: 'member', id: 'ada', organizationId: 'acme', ...of },
    { kind: 'impersonator', id: 'ada', ...of },
    { kind: 'environment', ...of },
  ]);
  expect(feed.written[0]?.key).toBe(keyOf({ kind: 'user', id: 'ada', organizationId: undefined }));
  expect(new Set(feed.written.map(({ key }) => key)).size).toBe(4);
});

test('a moment with milliseconds is rounded down to the second', async () => {
  const { revocations, feed } = started();
  await revocations.revokeUser('ada', { at: new Date(now() * 1000 - 1) });
  expect(fieldsOf(feed.written[0] as FeedEntry)).toMatchObject({ before: now() - 1 });
});

test('without a moment, the cut-off is the present and 30 seconds, by the clock of the store if it is known', async () => {
  const { revocations, feed } = started();
  await revocations.revokeUser('ada');
  await revocations.revokeUser('ben', { at: undefined });
  feed.reader.received([], (now() + 600) * 1000);
  await clock.pass(10_000);
  await revocations.revokeUser('eve');
  const cuts = feed.written.map((entry) => (fieldsOf(entry) as { before: number }).before);
  expect(cuts).toEqual([now() + 20, now() + 20, now() + 630]);
  // A clock that was set in between makes the time of the store unknown.
  clock.setWall(3_600_000);
  await revocations.revokeUser('joe');
  expect(fieldsOf(feed.written[3] as FeedEntry)).toMatchObject({ before: now() + 30 });
  clock.setWall(-3_600_000);
});

test.each([
  ['a little slow', -120, 30],
  ['ten minutes slow', -600, 30],
  ['slower', -1_200, -1_200 + 600 + 30],
  ['ten minutes ahead', 600, 600 + 30],
])(
  '[43] without a moment, and with a store whose clock is %s, the cut-off is by the later clock, within limits',
  async (_name, offSeconds, ahead) => {
    const { revocations, feed } = started();
    feed.reader.received([], (now() + offSeconds) * 1000);
    await revocations.revokeUser('ada');
    expect((fieldsOf(feed.written[0] as FeedEntry) as { before: number }).before - now()).toBe(ahead);
  },
);

test('entries that arrive while others are written back are left out', async () => {
  const { feed } = started();
  const texts = Array.from({ length: 1_000 }, (_, i) => textOf({ id: `user ${i}`, before: now() }));
  feed.snapshot(texts);
  feed.snapshot();
  const sizes: number[] = [];
  feed.onWrite = async (entries) => {
    sizes.push(entries.length);
    if (sizes.length === 1) feed.reader.received(texts);
  };
  await clock.pass(10_000);
  expect(sizes).toEqual([500]);
});

test.each([3_700, -3_700, 3 * 86_400])(
  '[43] without a moment, nothing is revoked if the clock of the store differs by %i seconds',
  async (offSeconds) => {
    const { revocations, feed } = started();
    feed.reader.received([], (now() + offSeconds) * 1000);
    await expect(revocations.revokeUser('ada')).rejects.toThrow(/`at` is needed, because the clocks .* differ/);
    expect(feed.written).toEqual([]);
  },
);

test('[43] with a moment, the clock of a store that is days ahead does not matter', async () => {
  const { revocations, feed } = started();
  feed.reader.received([], (now() + 3 * 86_400) * 1000);
  await revocations.revokeUser('ada', { at: new Date(now() * 1000) });
  expect(revocations.check(issuedNow())).toBe('revoked');
  expect(revocations.check(tokenOf({ sub: 'ada', iat: now() + 60 }))).toBe('accepted');
});

test('entries are signed with the first key', async () => {
  const keys = [signingKey('a'), signingKey('b')];
  const { revocations, feed } = started({ signingKeys: keys });
  await revocations.revokeUser('ada', { at: new Date(now() * 1000) });
  expect(feed.written[0]?.text).toBe(textOf({ before: now() }, { signingKeys: keys }));
});

test('[44] if the store refuses, the call rejects with an error that can announce again, and the tokens are refused here', async () => {
  const { revocations, feed, eventsOf } = started();
  feed.onWrite = async () => {
    throw new Error('READONLY redis://user:secret@host');
  };
  const error = await revocations.revokeUser('ada').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToriiRevocationError);
  expect(eventsOf('announce_failed')).toMatchObject([{ kind: 'user', id: 'ada' }]);
  expect(JSON.stringify(eventsOf('announce_failed')[0]?.cause.message)).not.toContain('secret');
  expect(revocations.check(issuedNow())).toBe('revoked');
  await expect((error as ToriiRevocationError).announce()).rejects.toBeInstanceOf(ToriiRevocationError);
  feed.onWrite = async () => {};
  await (error as ToriiRevocationError).announce();
  expect(feed.written).toHaveLength(1);
  expect(revocations.health().pending).toBe(0);
});

test.each([
  ['hangs', () => new Promise<void>(() => {})],
  [
    'throws at once',
    () => {
      throw new Error('broken');
    },
  ],
])('[44] a store that %s is not waited for longer than announceTimeoutMs', async (_name, onWrite) => {
  const { revocations, feed } = started({ announceTimeoutMs: 1_000 });
  feed.onWrite = onWrite;
  const outcome = revocations.revokeUser('ada').catch((thrown: unknown) => thrown);
  await clock.pass(1_000);
  expect(await outcome).toBeInstanceOf(ToriiRevocationError);
});

test('[44] what was not accepted is written when the store works again, once', async () => {
  const { revocations, feed, eventsOf } = started();
  feed.onWrite = async () => {
    throw new Error('down');
  };
  await Promise.allSettled([revocations.revokeUser('ada'), revocations.revokeUser('ben')]);
  await clock.pass(20_000);
  expect(revocations.health().pending).toBe(2);
  feed.onWrite = async () => {};
  feed.reader.failed(new Error('down'));
  feed.prove();
  await clock.pass(3_000);
  expect(feed.written.map((entry) => (fieldsOf(entry) as { id: string }).id).sort()).toEqual(['ada', 'ben']);
  expect(revocations.health().pending).toBe(0);
  expect(eventsOf('entries_restored')).toEqual([{ type: 'entries_restored', entries: 2 }]);
  await clock.pass(60_000);
  expect(feed.written).toHaveLength(2);
});

test('[36] while the store answers but refuses writes, attempts become rarer', async () => {
  const { revocations, feed } = started();
  let attempts = 0;
  feed.onWrite = async () => {
    attempts += 1;
    throw new Error('down');
  };
  await Promise.allSettled([revocations.revokeUser('ada')]);
  for (let second = 0; second < 600; second += 5) {
    await clock.pass(5_000);
    feed.prove();
  }
  expect(attempts).toBeGreaterThan(8);
  expect(attempts).toBeLessThan(40);
  feed.onWrite = async () => {};
  await clock.pass(61_000);
  expect(revocations.health().pending).toBe(0);
});

test('a later revocation of the same user replaces an earlier one, and an earlier one does not replace a later', async () => {
  const { revocations, feed } = started();
  const at = (seconds: number): { at: Date } => ({ at: new Date((now() + seconds) * 1000) });
  await revocations.revokeUser('ada', at(-10));
  await revocations.revokeUser('ada', at(-60));
  const cuts = feed.written.map((entry) => (fieldsOf(entry) as { before: number }).before);
  expect(cuts).toEqual([now() - 10, now() - 10]);
  expect(revocations.health().entries).toBe(1);
});

test('[43] entries that the store has lost are written back after a random delay, and reported', async () => {
  const { revocations, feed, eventsOf } = started();
  feed.snapshot([textOf({ before: now() }), textOf({ id: 'ben', before: now() })]);
  feed.reader.failed(new Error('failover'));
  feed.snapshot([textOf({ before: now() })]);
  expect(eventsOf('feed_reset')).toHaveLength(1);
  expect(revocations.health().pending).toBe(1);
  expect(feed.written).toEqual([]);
  await clock.pass(11_000);
  expect(feed.written.map(({ text }) => text)).toEqual([textOf({ id: 'ben', before: now() - 11 })]);
  expect(eventsOf('entries_restored')).toEqual([{ type: 'entries_restored', entries: 1 }]);
});

test('[43] an older cut-off in the store is replaced by the later one that is held here', async () => {
  const { feed } = started();
  const before = now();
  feed.snapshot([textOf({ before })]);
  feed.snapshot([textOf({ before: before - 100 })]);
  await clock.pass(11_000);
  expect(feed.written.map(({ text }) => text)).toEqual([textOf({ before })]);
});

test('entries that arrive before the delay is over are not written back', async () => {
  const { revocations, feed } = started();
  const text = textOf({ before: now() });
  feed.snapshot([text]);
  feed.snapshot([], { reset: true });
  // Another process was faster.
  feed.reader.received([text]);
  await clock.pass(30_000);
  expect(feed.written).toEqual([]);
  expect(revocations.health().pending).toBe(0);
});

test('[43] write-backs of many entries come in batches, each process begins elsewhere, and a failure is repeated', async () => {
  const { revocations, feed } = started();
  const texts = Array.from({ length: 1_200 }, (_, i) => textOf({ id: `user ${i}`, before: now() }));
  feed.snapshot(texts);
  feed.snapshot();
  const sizes: number[] = [];
  feed.onWrite = async (entries) => {
    sizes.push(entries.length);
    if (sizes.length === 2) throw new Error('down');
  };
  await clock.pass(30_000);
  expect(sizes).toEqual([500, 500, 500, 200]);
  expect(new Set(feed.written.map(({ text }) => text))).toEqual(new Set(texts));
  expect(revocations.health().pending).toBe(0);
});

test('[41] what is over for every token is not written back, so that processes do not keep it alive for each other', async () => {
  const { revocations, feed, eventsOf } = started({ maxTokenSeconds: 60 });
  feed.snapshot([textOf({ before: now() - 650 }), textOf({ id: 'ben', before: now() - 10 })]);
  await clock.pass(20_000);
  feed.snapshot();
  await clock.pass(20_000);
  expect(feed.written.map(({ text }) => text)).toEqual([textOf({ id: 'ben', before: now() - 50 })]);
  feed.snapshot(feed.written.map(({ text }) => text));
  expect(revocations.health()).toMatchObject({ entries: 2, pending: 0 });
  expect(eventsOf('feed_reset')).toHaveLength(1);
});

test('[43] a store with a clock that is far ahead gets back what it has lost', async () => {
  const { feed } = started({ maxTokenSeconds: 60 });
  const text = textOf({ before: now() });
  feed.snapshot([text]);
  feed.snapshot([], { reset: true, storeMs: (now() + 86_400) * 1000 });
  await clock.pass(11_000);
  expect(feed.written.map((entry) => entry.text)).toEqual([text]);
});

test('[43] after a compaction and a loss of the store, the cut-off of the compaction is written back', async () => {
  const { feed, eventsOf } = started({ maxEntries: 100 });
  feed.snapshot(Array.from({ length: 101 }, (_, i) => textOf({ id: `user ${i}`, before: now() - i })));
  expect(eventsOf('entries_compacted')).toHaveLength(1);
  await clock.pass(20_000);
  expect(feed.written).toEqual([]);
  feed.snapshot([], { reset: true });
  await clock.pass(20_000);
  expect(feed.written.map((entry) => (fieldsOf(entry) as { kind: string }).kind)).toContain('environment');
});

test('a process that was closed refuses here, and says that nothing was announced', async () => {
  const { revocations } = started();
  await revocations.close();
  await expect(revocations.revokeUser('ada')).rejects.toBeInstanceOf(ToriiRevocationError);
  expect(revocations.check(issuedNow())).toBe('revoked');
});

test('[36] many failed announcements are bounded by maxEntries', async () => {
  const { revocations, feed } = started({ maxEntries: 100 });
  feed.onWrite = async () => {
    throw new Error('down');
  };
  await Promise.allSettled(Array.from({ length: 500 }, (_, i) => revocations.revokeUser(`user ${i}`)));
  expect(revocations.health().pending).toBeLessThanOrEqual(100);
});

const calls: readonly [string, (revocations: Revocations) => Promise<unknown>, RegExp][] = [
  ['an empty id', (r) => r.revokeUser(''), /`userId` must be an id.*an empty string/],
  ['no id', (r) => r.revokeUser(undefined as never), /`userId` must be an id.*undefined/],
  ['the text undefined', (r) => r.revokeUser('undefined'), /the text 'undefined'/],
  ['a promise', (r) => r.revokeUser(Promise.resolve('ada') as never), /Write `await`/],
  ['a user object', (r) => r.revokeUser({ id: 'ada' } as never), /an object/],
  ['a token as id', (r) => r.revokeUser('eyJhbGciOi.a.b'), /is a token or a key/],
  ['a secret key as id', (r) => r.revokeUser('sk_live_abc'), /is a token or a key/],
  ['an id with a line break', (r) => r.revokeUser('ada\nben'), /no control characters/],
  ['an id of 300 characters', (r) => r.revokeUser('a'.repeat(300)), /at most 256 characters/],
  [
    'an undefined organization',
    (r) => r.revokeUser('ada', { organizationId: undefined } as never),
    /`organizationId` must be an id/,
  ],
  ['an unknown option', (r) => r.revokeUser('ada', { orgId: 'acme' } as never), /no option `orgId`.*organizationId/],
  [
    'an unknown option',
    (r) => r.revokeImpersonator('ada', { organizationId: 'acme' } as never),
    /no option `organizationId`/,
  ],
  ['an id as options', (r) => r.revokeUser('ada', 'acme' as never), /`options` must be an object/],
  ['an id for the environment', (r) => r.revokeEnvironment('env_1' as never), /`options` must be an object/],
  ['a number as moment', (r) => r.revokeUser('ada', { at: 5 as never }), /`at` must be a moment/],
  ['null as moment', (r) => r.revokeUser('ada', { at: null as never }), /`at` must be a moment/],
  ['a moment without time zone', (r) => r.revokeUser('ada', { at: '2026-01-05T09:00:00' }), /`at` must be a moment/],
  ['a day', (r) => r.revokeUser('ada', { at: '2026-01-05' }), /`at` must be a moment/],
  ['an invalid Date', (r) => r.revokeUser('ada', { at: new Date(Number.NaN) }), /`at` is not a moment/],
  ['a moment of 1970', (r) => r.revokeUser('ada', { at: new Date(5) }), /`at` is not a moment after 1970/],
  [
    'a moment 721 s ahead',
    (r) => r.revokeUser('ada', { at: new Date((now() + 721) * 1000) }),
    /more than 12 minutes ahead/,
  ],
  ['no token', (r) => r.revokeToken('ada'), /`token` must be the text of a token/],
  ['a token with Bearer', (r) => r.revokeToken('Bearer a.b.c'), /`token` must be the text of a token/],
  ['a copy of an Auth', (r) => r.revokeToken({ userId: 'ada' } as never), /the Auth that a verifier returned/],
];

test.each(calls)('%s is refused with a message, and announces nothing', async (_name, call, message) => {
  const { revocations, feed } = started();
  await expect(call(revocations)).rejects.toMatchObject({
    name: 'ToriiConfigError',
    message: expect.stringMatching(message),
  });
  expect(feed.written).toEqual([]);
  expect(revocations.health()).toMatchObject({ entries: 0, pending: 0 });
});

test('a message about a wrong id or token does not contain it', async () => {
  const { revocations } = started();
  for (const secret of ['eyJhbGciOiJ.secret.x', 'sk_live_secret']) {
    await expect(revocations.revokeUser(secret)).rejects.not.toThrow(/secret/);
    await expect(revocations.revokeToken(secret)).rejects.not.toThrow(/secret/);
  }
});

test('[44] an announcement that ended with its request (edge runtimes) is written by a later request', async () => {
  const { revocations, feed } = start();
  feed.snapshot();
  feed.onWrite = () => new Promise(() => {});
  void revocations.revokeUser('eve', { at: new Date(clock.nowMs) });
  await turns();
  clock.dropTimers();
  feed.onWrite = async () => {};
  for (let s = 0; s < 20; s++) {
    clock.freeze(1_000);
    await revocations.check(tokenOf());
    feed.prove();
    await turns();
  }
  expect(feed.written).toHaveLength(1);
  expect(revocations.health().pending).toBe(0);
});
