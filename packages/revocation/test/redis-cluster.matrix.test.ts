import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { createCluster as createCluster5 } from 'redis-5';
import { expect, it, onTestFinished } from 'vitest';
import type { RedisClient } from '../src/redis/index.ts';
import { about, entry, openFeed, patience, stream } from './redis-feeds.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';

const clients: Readonly<Record<string, (server: RedisServer) => Promise<RedisClient>>> = {
  ioredis: async ({ port }) => {
    const client = new Cluster([{ host: '127.0.0.1', port }], { scaleReads: 'slave' });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    return client;
  },
  'node-redis 6': async ({ url }) => {
    const client = createCluster({ rootNodes: [{ url }] });
    onTestFinished(() => client.destroy());
    await client.connect();
    return client;
  },
  'node-redis 5': async ({ url }) => {
    const client = createCluster5({ rootNodes: [{ url }] });
    onTestFinished(() => client.destroy());
    await client.connect();
    return client;
  },
};

it('redisFeed carries entries through a Redis Cluster, finds lost data, and outlives an outage', async (context) => {
  const server = await startCluster(context);
  for (const [name, connect] of Object.entries(clients)) {
    await server.run('del', stream, about);
    const feed = openFeed(await connect(server));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.includes('text 1'));
    const asked = feed.reader.now();
    feed.connection.ask();
    await until(() => feed.reader.hasProofAfter(asked));
    expect(feed.reader.log, name).toEqual(['begins reset', 'ends']);
    await server.run('del', stream);
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2), name).toEqual(['begins reset', 'ends']);
    expect(feed.reader.problems, name).toEqual([]);
    await server.kill();
    await until(() => feed.reader.problems.length > 0);
    await server.start();
    await until(() => feed.reader.log.length === 6);
    await feed.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
    await feed.connection.close();
  }
});

/** A cluster of one server, which has all slots. */
async function startCluster(context: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const server = await startRedis(context, '--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
  await server.run('cluster', 'addslotsrange', '0', '16383');
  await until(async () => String(await server.run('cluster', 'info')).includes('cluster_state:ok'));
  return server;
}
