// Two servers of a fleet announce all the time, while everything happens to their NATS server that can happen.
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { afterEach, expect } from 'vitest';
import { natsFeed } from '../src/nats/index.ts';
import { channel, closeFeeds, entryOf, type OpenFeed, openFeed } from './feed-reader.ts';
import { bucketName, type NatsServer, natsTest as test } from './nats-server.ts';

afterEach(closeFeeds);

const kill = async (server: NatsServer, whileDown = (): void => {}): Promise<void> => {
  await server.kill();
  whileDown();
  await sleep(100);
  await server.start();
};

const outages: Record<string, (server: NatsServer) => Promise<unknown>> = {
  killed: (server) => kill(server),
  'killed with its data': (server) => kill(server, server.loseData),
  async 'restored from a backup'(server) {
    await server.kill();
    const restore = server.backUp();
    await server.start();
    await sleep(500);
    await kill(server, restore);
  },
  async frozen(server) {
    server.freeze();
    await sleep(1_500);
    server.thaw();
  },
  async purged(server) {
    const { streams } = await new Kvm(await server.connect()).js.jetstreamManager();
    await streams.purge(`KV_${bucketName}`);
  },
  async 'robbed of a key'(server) {
    const bucket = await new Kvm(await server.connect()).open(bucketName);
    await bucket.purge(`${channel}.${entryOf('user0_1', 0).key}`);
  },
  deleted: async (server) => (await new Kvm(await server.connect()).open(bucketName)).destroy(),
};

/** Announces until `isOver`, and returns what the store has accepted. */
async function announceAll(feed: OpenFeed, prefix: string, isOver: () => boolean): Promise<Map<string, number>> {
  const accepted = new Map<string, number>();
  for (let count = 0; !isOver(); count++) {
    const name = `${prefix}${count % 50}`;
    await feed.announce(name, count).then(
      () => accepted.set(name, count),
      () => {},
    );
    await sleep(2);
  }
  return accepted;
}

for (const [name, happen] of Object.entries(outages)) {
  test(`[43] the server is ${name}: no accepted entry is forgotten`, { timeout: 120_000 }, async ({ startNats }) => {
    const server = await startNats();
    const feeds: OpenFeed[] = [];
    for (const _ of [1, 2]) {
      const connection = await server.connect();
      feeds.push(openFeed(natsFeed(connection, { timeoutMs: 500 }), { isKeeping: true }));
    }
    for (const feed of feeds) await feed.proof();
    let isOver = false;
    const announcing = Promise.all(feeds.map((feed, index) => announceAll(feed, `user${index}_`, () => isOver)));
    for (let round = 0; round < 3; round++) {
      await sleep(200);
      await happen(server);
      for (const feed of feeds) await feed.proof();
    }
    isOver = true;
    const accepted = new Map((await announcing).flatMap((each) => [...each]));
    expect(accepted.size).toBeGreaterThan(50);
    const lacksNone = (feed: OpenFeed): string[] =>
      [...accepted].filter(([each, cutOff]) => (feed.held.get(each) ?? -1) < cutOff).map(([each]) => each);
    for (const feed of feeds) await expect.poll(() => lacksNone(feed)).toEqual([]);
    await expect
      .poll(async () => {
        const late = openFeed(natsFeed(await server.connect()));
        await late.proof();
        await late.close();
        return lacksNone(late);
      })
      .toEqual([]);
    for (const feed of feeds) expect(feed.refusals).toEqual([]);
  });
}
