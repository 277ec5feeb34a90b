import { describe, expect, it } from 'vitest';
import {
  about,
  entry,
  ioredis,
  nextProof,
  type OpenFeed,
  openCurrent,
  openFeed,
  patience,
  stream,
} from './redis-feeds.ts';
import { RecordingReader } from './redis-reader.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';

describe('redisFeed, when Redis loses data', () => {
  it('begins with a reset at the first start of all, and not at the next one', async (context) => {
    const server = await startRedis(context);
    const [a, b] = [await openCurrent(server), await openCurrent(server)];
    expect(a.reader.log).toEqual(['begins reset', 'ends']);
    expect(b.reader.log).toEqual(['begins', 'ends']);
  });

  it.for<readonly [string, (server: RedisServer) => Promise<unknown>]>([
    ['everything is deleted', ({ run }) => run('flushall')],
    ['the stream is deleted', ({ run }) => run('del', stream)],
    [
      'the stream is deleted and begun again',
      async ({ run }) => {
        await run('del', stream);
        await run('xadd', stream, '*', 'key', 'k', 'entry', 'new');
      },
    ],
    [
      'the stream is begun again with lower ids',
      async ({ run }) => {
        await run('multi');
        await run('del', stream);
        await run('xadd', stream, '1-1', 'key', 'k', 'entry', 'new');
        await run('exec');
      },
    ],
    ['the newest entry is deleted', async ({ run }) => run('xdel', stream, await newestId(run))],
    ['the oldest entries are trimmed', ({ run }) => run('xtrim', stream, 'MAXLEN', '1')],
    ['all entries are trimmed', ({ run }) => run('xtrim', stream, 'MAXLEN', '0')],
  ])('reads from the beginning within the silence if %s', async ([, lose], context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server);
    await feed.connection.write([entry('1'), entry('2')], patience);
    await until(() => feed.reader.texts.length === 2);
    await nextProof(feed);
    await lose(server);
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins reset', 'ends']);
    await expectToWork(feed);
    expect(feed.reader.log.length).toBe(4);
  });

  it('goes on after a reconnect that lost nothing', async (context) => {
    const server = await startRedis(context);
    const [a, b] = [await openCurrent(server), await openCurrent(server)];
    await a.connection.write([entry('1')], patience);
    await until(() => b.reader.texts.length === 1);
    await server.run('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await until(() => b.reader.problems.length > 0);
    await expectToWork(a);
    await until(() => b.reader.texts.includes('text after'));
    expect(b.reader.log).toEqual(['begins', 'ends']);
    expect(b.reader.texts.filter((text) => text === 'text 1')).toHaveLength(1);
  });

  it('reads from the beginning if the server was restarted, and reports a reset only if it was empty', async (context) => {
    const server = await startRedis(context, '--appendonly', 'yes', '--appendfsync', 'always');
    const feed = await openCurrent(server);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.length === 1);
    await server.kill();
    await server.start();
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins', 'ends']);
    expect(feed.reader.held).toEqual(['text 1']);
    await server.run('config', 'set', 'appendonly', 'no');
    await server.run('flushall');
    await until(() => feed.reader.log.length === 6);
    expect(feed.reader.log.slice(4)).toEqual(['begins reset', 'ends']);
  });

  it('reports a reset to a server that starts after the stream was deleted', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server);
    await feed.connection.write([entry('1')], patience);
    await feed.connection.close();
    await server.run('del', stream);
    const later = await openCurrent(server);
    expect(later.reader.log).toEqual(['begins reset', 'ends']);
  });

  it('reads from the beginning if the key with the retention was deleted, and names it again', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server);
    await feed.connection.write([entry('1')], patience);
    await server.run('del', about);
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins reset', 'ends']);
    expect(feed.reader.held).toEqual(['text 1']);
    expect(await server.run('exists', about)).toBe(1);
  });

  it('writes one entry when a whole fleet starts', async (context) => {
    const server = await startRedis(context);
    await Promise.all(Array.from({ length: 20 }, () => openCurrent(server)));
    expect(await server.run('xlen', stream)).toBe(1);
  });

  it('takes no entry for lost that it reads before the write has ended', async (context) => {
    const server = await startRedis(context);
    const client = ioredis(server);
    const feed = openFeed(client);
    const call = client.call.bind(client) as (command: string, args: string[]) => Promise<unknown>;
    client.call = (async (command: string, args: string[]) => {
      const reply = await call(command, args);
      if (command === 'xadd') await until(() => feed.reader.texts.includes('text 1'));
      return reply;
    }) as typeof client.call;
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    const written = feed.reader.now().steadyMs;
    await until(() => feed.reader.proofs.some(({ steadyMs }) => steadyMs > written + 2 * feed.reader.silenceMs));
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
    expect(feed.reader.problems).toEqual([]);
  });

  it('finds that an entry was lost that it has written and not read', async (context) => {
    // Of another server, as during a failover: the client writes to the old master, and the feed reads the new one.
    const [old, current] = [await startRedis(context), await startRedis(context)];
    const feed = await openCurrent(current, {}, new RecordingReader(), old);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins reset', 'ends']);
    expect(feed.reader.problems.map(String)).toEqual([
      'RedisFeedError: Redis accepted an entry and lost it, for example in a failover.',
    ]);
  });
});

async function expectToWork(feed: OpenFeed): Promise<void> {
  await feed.connection.write([entry('after')], patience);
  await until(() => feed.reader.held.includes('text after'));
  await nextProof(feed);
}

async function newestId(run: RedisServer['run']): Promise<string> {
  const [[id]] = (await run('xrevrange', stream, '+', '-', 'COUNT', '1')) as [[string]];
  return id;
}
