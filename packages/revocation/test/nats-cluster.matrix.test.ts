import { Kvm } from '@nats-io/kv';
import getPort from 'get-port';
import { afterEach, expect } from 'vitest';
import { natsFeed } from '../src/nats/index.ts';
import { closeFeeds, type OpenFeed, openFeed } from './feed-reader.ts';
import { bucketName, natsTest as test } from './nats-server.ts';

afterEach(closeFeeds);

test('[43] a cluster of three loses its leader: everything goes on, and nothing is lost', { timeout: 200_000 }, async ({
  startNats,
}) => {
  const routes = await Promise.all([1, 2, 3].map(() => getPort({ host: '127.0.0.1' })));
  const urls = routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  const servers = await Promise.all(
    routes.map((port, index) =>
      startNats(`server_name: s${index}\ncluster { name: fleet, listen: "127.0.0.1:${port}", routes: [${urls}] }`),
    ),
  );
  const feeds: OpenFeed[] = [];
  for (const server of servers) {
    const feed = natsFeed(await server.connect(), { replicas: 3, timeoutMs: 1_000 });
    feeds.push(openFeed(feed, { isKeeping: true }));
  }
  for (const feed of feeds) await feed.proof();
  await feeds[0]?.announce('ann', 10);

  const { streams } = await new Kvm((await servers[0]?.connect()) as never).js.jetstreamManager();
  const { config, cluster } = await streams.info(`KV_${bucketName}`);
  expect(config.num_replicas).toBe(3);
  const leader = Number(cluster?.leader?.slice(1));
  await servers[leader]?.kill();
  const [other, third] = feeds.filter((_, index) => index !== leader);
  // The cluster elects another leader, which takes some seconds.
  await other?.write([{ key: '0b', text: 'bob:20' }], { timeoutMs: 60_000 });
  for (const feed of [other, third]) await expect.poll(() => feed?.stored.get('bob')).toBe(20);
  for (const feed of [other, third]) await feed?.proof();

  await servers[leader]?.start();
  await feeds[leader]?.proof();
  for (const feed of feeds) {
    expect([...feed.held].sort()).toEqual([
      ['ann', 10],
      ['bob', 20],
    ]);
    // Only at the start, when the bucket was empty.
    expect(feed.calls.filter((call) => call === 'begins anew').length).toBeLessThanOrEqual(1);
    expect(feed.refusals).toEqual([]);
  }
});
