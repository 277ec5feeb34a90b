// What the feed of NATS says about the present time after the clock of this process was set.
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FeedReader } from '../src/feed.ts';
import type { Bucket, PushConsumer, StreamInfo } from '../src/nats/bucket.ts';
import { follow } from '../src/nats/follow.ts';
import { createRequests } from '../src/nats/requests.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});
const silent = { [Symbol.asyncIterator]: () => ({ next: never }) };
const minuteMs = 60_000;

/** Reads an empty bucket. `ts`: whether the server names the present time in its answers, as NATS 2.10 does. */
async function begin({ ts }: { readonly ts: boolean }) {
  const serverMs = Date.now();
  const times: number[] = [];
  let deliver: (message: object) => void = () => {};
  const info = (): StreamInfo => {
    const state = { messages: 0, last_seq: 0, first_seq: 1, first_ts: '', last_ts: '' };
    const present = ts ? { ts: new Date(serverMs).toISOString() } : {};
    return { created: 'monday', config: { max_age: 0 }, state, ...present } as unknown as StreamInfo;
  };
  const consumer = {
    info: async () => ({ created: new Date(serverMs).toISOString() }),
    async consume({ callback }: { callback: typeof deliver }) {
      deliver = callback;
      return { closed: never, close: async () => {}, status: () => silent };
    },
    delete: async () => true,
  } as unknown as PushConsumer;
  const bucket = {
    inTime: <T>(answer: Promise<T>) => answer,
    inspectOrCreate: async () => info(),
    inspect: async () => info(),
    lastSequence: async () => 0,
    problemOf: () => undefined,
    createConsumer: async () => consumer,
    owns: () => true,
  } as unknown as Bucket;
  const reader = {
    silenceMs: 100_000,
    now: () => ({ wallMs: Date.now(), steadyMs: performance.now() }),
    received: (_texts: readonly string[], storeMs: number) => void times.push(storeMs),
    snapshotBegins() {},
    snapshotEnds: vi.fn(),
    proven() {},
    failed(problem: unknown) {
      throw problem;
    },
  } as unknown as FeedReader;
  const connection = { status: () => silent, closed: never, isClosed: () => false } as unknown as NatsConnection;
  const feed = follow(connection, bucket, createRequests(5_000), reader, 5_000);
  await vi.waitUntil(() => vi.mocked(reader.snapshotEnds).mock.calls.length > 0);
  times.length = 0;
  return {
    times,
    serverMs,
    ask: () => feed.ask(),
    close: () => feed.close(),
    deliver: () =>
      deliver({
        info: { streamSequence: 1, timestampNanos: serverMs * 1_000_000 },
        subject: 'a',
        data: [1],
        string: () => 'a',
      }),
  };
}

test('[43] is that of an entry that comes after the clock was set forward', async () => {
  const { times, serverMs, deliver, close } = await begin({ ts: true });
  vi.setSystemTime(Date.now() + 20 * minuteMs);
  deliver();
  await vi.waitUntil(() => times.length > 0);
  expect(times[0]).toBeGreaterThanOrEqual(serverMs);
  expect(times[0]).toBeLessThan(serverMs + minuteMs);
  await close();
});

test('[43] is unknown, not ahead, if the server does not name it', async () => {
  const { times, ask, close } = await begin({ ts: false });
  vi.setSystemTime(Date.now() + 20 * minuteMs);
  ask();
  await vi.waitUntil(() => times.length > 0);
  expect(times).toEqual([Number.NaN]);
  await close();
});

test('is known again with the next answer that names it', async () => {
  const { times, serverMs, ask, close } = await begin({ ts: true });
  vi.setSystemTime(Date.now() + 20 * minuteMs);
  ask();
  await vi.waitUntil(() => times.length > 0);
  expect(times[0]).toBeGreaterThanOrEqual(serverMs);
  expect(times[0]).toBeLessThan(serverMs + minuteMs);
  await close();
});
