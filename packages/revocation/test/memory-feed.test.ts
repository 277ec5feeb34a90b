import { expect, test, vi } from 'vitest';
import { createRevocations, memoryFeed } from '../src/index.ts';
import { environmentId, issuer, tokenOf } from './tokens.ts';
import { clock } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

test('revocations that share a feed see the same, also if they start later, and other environments do not', async () => {
  const feed = memoryFeed();
  const [one, foreign] = [
    createRevocations({ issuer, environmentId, feed }),
    createRevocations({ issuer, environmentId: 'env_2', feed }),
  ];
  await one.revokeUser('ada');
  const late = createRevocations({ issuer, environmentId, feed });
  const token = () => tokenOf({ sub: 'ada', iat: clock.wallSeconds });
  expect([one, late, foreign].map((each) => each.check(token()))).toEqual(['revoked', 'revoked', 'accepted']);
  await late.revokeUser('eve');
  expect(one.check(tokenOf({ sub: 'eve', iat: clock.wallSeconds }))).toBe('revoked');
});

test('a feed in memory never becomes stale, and no request waits for it, also after a pause', async () => {
  const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });
  expect(revocations.check(tokenOf())).toBe('accepted');
  await clock.pass(400_000);
  expect(revocations.health().status).toBe('current');
  clock.freeze(3_600_000);
  expect(revocations.check(tokenOf())).toBe('accepted');
});

test('[36] a feed in memory forgets entries after their retention', async () => {
  const feed = memoryFeed();
  const options = { issuer, environmentId, feed, maxTokenSeconds: 60 };
  const revocations = createRevocations(options);
  await revocations.revokeUser('ada');
  await clock.pass(1_700_000);
  await revocations.revokeUser('ben');
  expect([...createRevocations(options).list()].map(({ id }) => id)).toEqual(['ben']);
});

test('[43] an earlier cut-off does not replace a later one, even if the writer has compacted the later one', async () => {
  const feed = memoryFeed();
  const options = { issuer, environmentId, feed };
  const small = createRevocations({ ...options, maxEntries: 100 });
  const large = createRevocations(options);
  const at = (seconds: number): { at: Date } => ({ at: new Date((clock.wallSeconds + seconds) * 1000) });
  await large.revokeUser('ada', at(-200));
  for (let i = 0; i < 100; i++) await large.revokeUser(`user ${i}`, at(-100));
  await small.revokeUser('ada', at(-300));
  const late = createRevocations(options);
  expect(late.check(tokenOf({ sub: 'ada', iat: clock.wallSeconds - 200 }))).toBe('revoked');
});
