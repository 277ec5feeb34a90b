import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { expect, it, onTestFinished } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';
import type { RedisClient } from '../src/redis/index.ts';
import { entry, openFeed, patience } from './redis-feeds.ts';
import { findPort, startRedis, until, waitForServer } from './redis-server.ts';

const clients: Readonly<Record<string, (port: number) => Promise<RedisClient>>> = {
  ioredis: async (port) => {
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: 'main' });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    return client;
  },
  'node-redis 6': async (port) => {
    const client = createSentinel({
      name: 'main',
      sentinelRootNodes: [{ host: '127.0.0.1', port }],
      scanInterval: 200,
    });
    onTestFinished(() => client.destroy());
    await client.connect();
    return client;
  },
};

it('redisFeed finds the master that Sentinel has promoted, and keeps its entries', async (context) => {
  const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const master = await startRedis(context, ...options);
  const replica = await startRedis(context, ...options, '--replicaof', `127.0.0.1 ${master.port}`);
  await until(async () => String(await replica.run('info', 'replication')).includes('master_link_status:up'));
  const sentinel = await startSentinel(context, master.port);
  const feeds = await Promise.all(Object.values(clients).map(async (connect) => openFeed(await connect(sentinel))));
  await until(() => feeds.every(({ reader }) => reader.proofs.length > 0));
  await feeds[0]?.connection.write([entry('1')], patience);
  await until(() => feeds.every(({ reader }) => reader.texts.includes('text 1')));
  await until(async () => Number(await replica.run('xlen', 'torii:revocations:{0123456789abcdef01234567}')) > 1);
  await master.kill();
  await until(() => feeds.every(({ reader }) => reader.log.length === 4));
  for (const [index, feed] of feeds.entries()) {
    expect(feed.reader.log.slice(2)).toEqual(['begins', 'ends']);
    expect(feed.reader.held).toEqual(['text 1']);
    // The client of the app needs a moment to find the new master too.
    await until(() =>
      feed.connection.write([entry(`after ${index}`)], patience).then(
        () => true,
        () => false,
      ),
    );
  }
  await until(() =>
    feeds.every(({ reader }) => reader.texts.includes('text after 0') && reader.texts.includes('text after 1')),
  );
});

async function startSentinel(context: Parameters<typeof startRedis>[0], masterPort: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-sentinel-'));
  const port = await findPort();
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
  ];
  writeFileSync(file, lines.join('\n'));
  const child = spawn(requireProgram(context, 'redis'), [file, '--sentinel'], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await waitForServer(port);
  // Sentinel learns of replicas every ten seconds, and at once after it has found the master.
  const client = new Redis({ port, lazyConnect: true, enableReadyCheck: false });
  await until(async () => ((await client.call('sentinel', 'replicas', 'main')) as unknown[]).length > 0);
  client.disconnect();
  return port;
}
