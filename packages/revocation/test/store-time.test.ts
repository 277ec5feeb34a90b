import { instantNow } from '@torii/core/internal';
import { afterEach, expect, test, vi } from 'vitest';
import { createRevocations, type FeedReader, type RevocationFeed, type Revocations } from '../src/index.ts';
import { createStoreClock } from '../src/nats/store-clock.ts';
import type { Send } from '../src/redis/link.ts';
import { StreamReading } from '../src/redis/reading.ts';
import { keysOf } from '../src/redis/view.ts';
import { start } from './fake-feed.ts';
import { environmentId, issuer } from './tokens.ts';
import { clock, turns } from './virtual-platform.ts';

vi.mock('../../core/src/platform.ts', () => import('./virtual-platform.ts'));

const opened: Revocations[] = [];
afterEach(async () => {
  for (const revocations of opened.splice(0)) await revocations.close();
});

/** The cut-off of a revocation without a moment, in seconds from the present. */
async function aheadOf(revocations: Revocations): Promise<number> {
  await revocations.revokeUser('ada');
  const [record] = revocations.list();
  return Math.floor(Date.parse(record?.issuedBefore ?? '') / 1000) - clock.wallSeconds;
}

test('[44] a time that the store named before a pause of the process is not its present time', async () => {
  const { revocations, feed } = start();
  opened.push(revocations);
  feed.reader.received([], clock.nowMs + 300_000);
  const askedAt = feed.reader.now();
  const storeMs = clock.nowMs + 300_000;
  clock.freeze(600_000);
  feed.reader.received([], storeMs, askedAt);
  expect(await aheadOf(revocations)).toBe(330);
});

test('[44] the time of the store counts from when it was asked', async () => {
  const { revocations, feed } = start();
  opened.push(revocations);
  const askedAt = feed.reader.now();
  const storeMs = clock.nowMs + 300_000;
  await clock.pass(4_000);
  feed.reader.received([], storeMs, askedAt);
  expect(await aheadOf(revocations)).toBe(330);
});

/** A feed that reads from an empty Redis whose clock is five minutes ahead. `held` delays its answers. */
class EmptyRedis implements RevocationFeed {
  readonly name = 'redis';
  held: Promise<void> | undefined;
  #reading: StreamReading | undefined;

  open(reader: FeedReader) {
    this.#reading = new StreamReading(reader, keysOf(reader.channel), undefined);
    return { write: async () => {}, ask: () => {}, close: async () => {} };
  }

  async read(isNew: boolean): Promise<void> {
    const send: Send = async ([name = '']) => {
      const time = [String(clock.wallSeconds + 300), '0'];
      await this.held;
      return { time, info: 'role:master', xread: null }[name] ?? [];
    };
    if (isNew) await this.#reading?.read(send, true);
    else await this.#reading?.catchUp(send, 5_000);
  }
}

test('[44] an answer of Redis that waited through a pause of the process does not tell its present time', async () => {
  const feed = new EmptyRedis();
  const revocations = createRevocations({ issuer, environmentId, feed });
  opened.push(revocations);
  await feed.read(true);
  let resolve = (): void => {};
  feed.held = new Promise((done) => {
    resolve = done;
  });
  const reading = feed.read(false);
  await turns();
  clock.freeze(600_000);
  resolve();
  await reading;
  expect(await aheadOf(revocations)).toBe(330);
});

test('[44] an answer of NATS that waited through a pause of the process does not tell its present time', async () => {
  const store = createStoreClock();
  store.set(clock.nowMs + 300_000, instantNow());
  const askedAt = instantNow();
  const storeMs = clock.nowMs + 300_000;
  clock.freeze(600_000);
  store.set(storeMs, askedAt);
  expect(store.now() - clock.nowMs).toBe(300_000);
});
