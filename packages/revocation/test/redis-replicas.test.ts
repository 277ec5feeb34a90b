import { describe, expect, it } from 'vitest';
import { entry, ioredis, nextProof, openCurrent, openFeed, patience, stream } from './redis-feeds.ts';
import { replicated, startPair } from './redis-pair.ts';
import { RecordingReader } from './redis-reader.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';

describe('redisFeed with replicas', () => {
  it('reads from the beginning after a failover, and reports a reset only if an entry that it read was lost', async (context) => {
    const { master, replica } = await startPair(context);
    // A client that finds the new master, as with Sentinel.
    const port = { current: master.port };
    const feed = openFeed(following(master, port));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    await until(async () => (await replicated(master, replica)) && feed.reader.texts.includes('text 1'));
    port.current = replica.port;
    await replica.run('replicaof', 'no', 'one');
    await master.kill();
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log).toEqual(['begins reset', 'ends', 'begins', 'ends']);
    expect(feed.reader.held).toEqual(['text 1']);
  });

  it('reports a reset if a replica was promoted without the last writes', async (context) => {
    const { master, replica } = await startPair(context);
    const port = { current: master.port };
    const feed = openFeed(following(master, port));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    await until(() => replicated(master, replica));
    await replica.run('replicaof', 'no', 'one');
    await feed.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
    port.current = replica.port;
    await master.kill();
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins reset', 'ends']);
    expect(feed.reader.held).toEqual(['text 1']);
  });

  it('rejects a write to a master that became a replica, and goes on reading', async (context) => {
    const { master, replica } = await startPair(context);
    const feed = await openCurrent(master);
    await replica.run('replicaof', 'no', 'one');
    await master.run('replicaof', '127.0.0.1', replica.port);
    await until(async () => String(await master.run('info', 'replication')).includes('master_link_status:up'));
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow('The client is connected to a replica');
    const other = await openCurrent(replica);
    await other.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
  });

  it('reads from a replica, whose answers prove what its master said last', async (context) => {
    const { master, replica } = await startPair(context);
    const writer = await openCurrent(master);
    await until(() => replicated(master, replica));
    const before = writer.reader.now();
    const feed = await openCurrent(replica);
    expect(feed.reader.log).toEqual(['begins', 'ends']);
    expect(feed.reader.hasProofAfter(before)).toBe(false);
    expect(feed.reader.snapshotAgeMs).toBeGreaterThanOrEqual(1_000);
    await writer.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.includes('text 1'));
    expect(feed.reader.problems).toEqual([]);
  });

  it('waits for replicas if the option says so', async (context) => {
    const { master, replica } = await startPair(context);
    const feed = await openCurrent(master, { waitForReplicas: { replicas: 1, timeoutMs: 60_000 } });
    await feed.connection.write([entry('1')], { timeoutMs: 60_000 });
    expect(await replica.run('xlen', stream)).toBe(2);
    const hasty = await openCurrent(master, { waitForReplicas: { replicas: 1, timeoutMs: 20 } });
    replica.freeze();
    await expect(hasty.connection.write([entry('2')], patience)).rejects.toThrow(
      'Only 0 of 1 replicas have confirmed the entry within 20 ms.',
    );
    replica.thaw();
    await feed.connection.write([entry('3')], { timeoutMs: 60_000 });
    await nextProof(feed);
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
  });

  it('opens the connection for writes again after it was lost', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server, { waitForReplicas: { replicas: 1, timeoutMs: 1 } }, new RecordingReader());
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow('Only 0 of 1 replicas');
    await server.run('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await expect(feed.connection.write([entry('2')], patience)).rejects.toThrow(/^Redis cannot be reached|Only 0 of 1/);
    await expect(feed.connection.write([entry('3')], patience)).rejects.toThrow('Only 0 of 1 replicas');
  });
});

function following(server: RedisServer, port: { readonly current: number }): ReturnType<typeof ioredis> {
  const client = ioredis(server);
  client.duplicate = () => ioredis({ ...server, port: port.current }, { lazyConnect: true, retryStrategy: () => null });
  return client;
}
