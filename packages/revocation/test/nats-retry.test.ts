import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, expect, test, vi } from 'vitest';
import type { FeedReader } from '../src/feed.ts';
import type { Bucket, PushConsumer, StreamInfo } from '../src/nats/bucket.ts';
import { follow } from '../src/nats/follow.ts';
import { createRequests } from '../src/nats/requests.ts';

afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});
const silent = { [Symbol.asyncIterator]: () => ({ next: never }) };

test('[34] a subscription that is closed at once is read again as soon as a request asks', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const state = { messages: 5, last_seq: 5, first_seq: 1, first_ts: '', last_ts: '' };
  const info = { created: 'monday', config: { max_age: 0 }, state } as unknown as StreamInfo;
  const consumer = {
    info: async () => ({ created: new Date().toISOString() }),
    consume: vi.fn(async () => ({ closed: async () => {}, close: async () => {}, status: () => silent })),
    delete: async () => true,
  };
  const bucket = {
    inTime: <T>(answer: Promise<T>) => answer,
    inspectOrCreate: async () => info,
    inspect: async () => info,
    lastSequence: async () => 5,
    problemOf: () => undefined,
    createConsumer: async () => consumer as unknown as PushConsumer,
  } as unknown as Bucket;
  const reader = {
    silenceMs: 100_000,
    now: () => ({ wallMs: Date.now(), steadyMs: performance.now() }),
    received() {},
    snapshotBegins() {},
    proven() {},
    failed() {},
  } as unknown as FeedReader;
  const connection = { status: () => silent, closed: never, isClosed: () => false } as unknown as NatsConnection;
  const feed = follow(connection, bucket, createRequests(5_000), reader, 5_000);
  await vi.advanceTimersByTimeAsync(60_000);
  // Now, the feed waits for five to ten seconds between its attempts.
  const { length } = consumer.consume.mock.calls;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(consumer.consume.mock.calls.length).toBeGreaterThan(length);
  const before = consumer.consume.mock.calls.length;
  for (let seconds = 0; seconds < 3; seconds++) {
    feed.ask();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(consumer.consume.mock.calls.length).toBeGreaterThanOrEqual(before + 2);
  await feed.close();
});
