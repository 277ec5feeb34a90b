import { type Auth, createVerifier } from '@torii/core';
import { expect, test, vi } from 'vitest';
import { start, textOf } from './fake-feed.ts';
import { issuer, keys, mint } from './tokens.ts';
import { clock, turns } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const now = (): number => clock.wallSeconds;

async function started(options: Parameters<typeof start>[0] = {}) {
  const all = start(options);
  all.feed.snapshot();
  const verifier = createVerifier({ issuer, keys, revocations: all.revocations });
  const authOf = async (claims: Readonly<Record<string, unknown>> = {}): Promise<Auth> =>
    verifier.verify(await mint({ iat: now(), exp: now() + 300, ...claims }));
  return { ...all, authOf };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, turns().then(() => pending)])) === pending;
}

const entries = [
  ['the user', { id: 'ada' }],
  ['the actor', { id: 'eve' }],
  ['the impersonator', { kind: 'impersonator', id: 'eve' }],
  ['the member', { kind: 'member', id: 'ada', organizationId: 'acme' }],
  ['the environment', { kind: 'environment', id: null }],
] as const;

test.each(entries)('untilRevoked resolves when %s is revoked, and others go on', async (_name, entry) => {
  const { revocations, feed, authOf } = await started();
  const ada = revocations.untilRevoked(await authOf({ act: { sub: 'eve' }, org_id: 'acme' }));
  const ben = revocations.untilRevoked(await authOf({ sub: 'ben', iat: now() + 1, org_id: 'acme' }));
  feed.reader.received([
    textOf({ id: 'joe', before: now() }),
    textOf({ kind: 'member', organizationId: 'b', before: now() }),
  ]);
  expect(await isPending(ada)).toBe(true);
  feed.reader.received([textOf({ before: now(), ...entry })]);
  await expect(ada).resolves.toBe('token_revoked');
  expect(await isPending(ben)).toBe(true);
});

test('untilRevoked resolves when the token alone is revoked', async () => {
  const { revocations, authOf } = await started();
  const [one, other] = [await authOf({ n: 1 }), await authOf({ n: 2 })];
  const [ended, goesOn] = [revocations.untilRevoked(one), revocations.untilRevoked(other)];
  await revocations.revokeToken(one);
  await expect(ended).resolves.toBe('token_revoked');
  expect(await isPending(goesOn)).toBe(true);
});

test('untilRevoked resolves at once for a token that is revoked or has expired', async () => {
  const { revocations, authOf } = await started();
  const [ada, ben] = [await authOf(), await authOf({ sub: 'ben', exp: now() + 10 })];
  await revocations.revokeUser('ada');
  await expect(revocations.untilRevoked(ada)).resolves.toBe('token_revoked');
  clock.freeze(10_000);
  await expect(revocations.untilRevoked(ben)).resolves.toBe('token_expired');
});

test('untilRevoked resolves within a second after the token expires by the wall clock, also after a jump', async () => {
  const { revocations, authOf } = await started({ maxTokenSeconds: 86_400 });
  const short = revocations.untilRevoked(await authOf({ exp: now() + 60 }));
  const long = revocations.untilRevoked(await authOf({ sub: 'ben', exp: now() + 80_000 }));
  await clock.pass(59_000);
  expect(await isPending(short)).toBe(true);
  await clock.pass(2_000);
  await expect(short).resolves.toBe('token_expired');
  expect(await isPending(long)).toBe(true);
  clock.setWall(80_000_000);
  await clock.pass(1_000);
  await expect(long).resolves.toBe('token_expired');
  clock.setWall(-80_000_000);
});

test('a user who is revoked with a cut-off before the token was issued goes on', async () => {
  const { revocations, feed, authOf } = await started();
  const ended = revocations.untilRevoked(await authOf());
  feed.reader.received([textOf({ before: now() - 1 })]);
  expect(await isPending(ended)).toBe(true);
});

test('[42] when the feed becomes stale, callers end if whenStale is refuse, and go on if it is accept', async () => {
  const [refuse, accept] = [
    await started({ maxStaleSeconds: 60 }),
    await started({ maxStaleSeconds: 60, whenStale: 'accept' }),
  ];
  const ended = refuse.revocations.untilRevoked(await refuse.authOf());
  const goesOn = accept.revocations.untilRevoked(await accept.authOf());
  await clock.pass(61_000);
  await expect(ended).resolves.toBe('revocations_unavailable');
  expect(await isPending(goesOn)).toBe(true);
});

test('[42] a wrong clock that is corrected ends the silence, also for callers that come later', async () => {
  const { revocations, authOf, eventsOf } = await started({ maxStaleSeconds: 60 });
  const auth = await authOf();
  clock.setWall(120_000);
  await clock.pass(4_000);
  clock.setWall(-120_000);
  const ended = revocations.untilRevoked(auth);
  expect(await isPending(ended)).toBe(true);
  expect(eventsOf('feed_recovered')).toHaveLength(1);
  await clock.pass(61_000);
  await expect(ended).resolves.toBe('revocations_unavailable');
  expect(eventsOf('feed_stale')).toHaveLength(2);
});

test('[42] when the feed refuses the options, callers end', async () => {
  const { revocations, feed, authOf } = await started();
  const auth = await authOf();
  const ended = revocations.untilRevoked(auth);
  feed.reader.refused(new Error('no'));
  await expect(ended).resolves.toBe('revocations_unavailable');
  await expect(revocations.untilRevoked(auth)).resolves.toBe('revocations_unavailable');
});

test('untilRevoked can be aborted, before and while it waits, and then holds nothing', async () => {
  const { revocations, authOf } = await started();
  const auth = await authOf();
  const abort = new AbortController();
  const waits = Array.from({ length: 20 }, () => revocations.untilRevoked(auth, { signal: abort.signal }));
  await turns();
  abort.abort(new Error('left'));
  for (const wait of waits) await expect(wait).rejects.toThrow('left');
  await expect(revocations.untilRevoked(auth, { signal: abort.signal })).rejects.toThrow('left');
  await revocations.close();
  const { timers } = clock;
  await clock.pass(2_000);
  expect(clock.timers).toBeLessThan(timers);
});

test.each([
  ['the signal itself', (signal: AbortSignal) => signal, /not the signal itself/],
  ['a controller as signal', () => ({ signal: new AbortController() }), /`signal` must be an AbortSignal/],
  ['an unknown option', (signal: AbortSignal) => ({ abort: signal }), /no option `abort`/],
])('%s is refused, because it would not end the wait', async (_name, optionsFor, message) => {
  const { revocations, authOf } = await started();
  const options = optionsFor(new AbortController().signal) as never;
  await expect(revocations.untilRevoked(await authOf(), options)).rejects.toThrow(message);
  await expect(revocations.ready(options)).rejects.toThrow(message);
});

test('[36] a signal that outlives many callers keeps nothing of them', async () => {
  const { revocations, authOf } = await started();
  const { signal } = new AbortController();
  const stopped = vi.spyOn(signal, 'removeEventListener');
  const ended = revocations.untilRevoked(await authOf(), { signal });
  await revocations.revokeUser('ada');
  await expect(ended).resolves.toBe('token_revoked');
  expect(stopped).toHaveBeenCalledTimes(1);
});

test('after close, callers still end when their token expires', async () => {
  const { revocations, authOf } = await started();
  const ended = revocations.untilRevoked(await authOf({ exp: now() + 30 }));
  await revocations.close();
  await clock.pass(31_000);
  await expect(ended).resolves.toBe('token_expired');
});

test.each([
  ['a copy', (auth: Auth) => ({ ...auth })],
  ['a promise', (auth: Auth) => Promise.resolve(auth)],
  ['no Auth', () => undefined],
])('%s of an Auth is refused', async (_name, change) => {
  const { revocations, authOf } = await started();
  await expect(revocations.untilRevoked(change(await authOf()) as never)).rejects.toMatchObject({
    name: 'ToriiConfigError',
  });
});

test('an Auth of a verifier without revocations, or of another environment, is refused', async () => {
  const { revocations } = await started();
  const plain = await createVerifier({ issuer, keys }).verify(await mint({ iat: now(), exp: now() + 60 }));
  await expect(revocations.untilRevoked(plain)).rejects.toThrow(/from a verifier without revocations/);
  const other = start({ environmentId: 'env_2' });
  other.feed.snapshot();
  const foreign = await createVerifier({ issuer, keys, revocations: other.revocations }).verify(
    await mint({ pid: 'env_2', iat: now(), exp: now() + 60 }),
  );
  await expect(revocations.untilRevoked(foreign)).rejects.toThrow(/another issuer or environment/);
  await expect(revocations.revokeToken(foreign)).rejects.toThrow(/another issuer or environment/);
});

test('[36] ten thousand callers need no separate timers, and an entry wakes those alone that it names', async () => {
  const { revocations, feed, authOf } = await started();
  const [ada, ben] = [await authOf(), await authOf({ sub: 'ben' })];
  const { timers } = clock;
  const many = Array.from({ length: 10_000 }, () => revocations.untilRevoked(ben));
  const one = revocations.untilRevoked(ada);
  await turns();
  expect(clock.timers).toBe(timers);
  feed.reader.received([textOf({ before: now() })]);
  await expect(one).resolves.toBe('token_revoked');
  expect(await isPending(Promise.race(many))).toBe(true);
  feed.reader.received([textOf({ id: 'ben', before: now() })]);
  expect(new Set(await Promise.all(many))).toEqual(new Set(['token_revoked']));
});

test('untilRevoked resolves at the end of the token even if the revocations were closed long ago', async () => {
  const { revocations, authOf } = await started();
  const auth = await authOf({ exp: now() + 60 });
  await revocations.close();
  await clock.pass(5_000);
  const { timers } = clock;
  const ended = revocations.untilRevoked(auth);
  await clock.pass(60_000);
  expect(await isPending(ended)).toBe(false);
  await expect(ended).resolves.toBe('token_expired');
  expect(clock.timers).toBe(timers);
});
