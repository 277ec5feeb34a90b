import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RedisClient } from '../src/redis/index.ts';
import { entry, ioredis, nextProof, nodeRedis, openCurrent, openFeed, patience, stream } from './redis-feeds.ts';
import { RecordingReader } from './redis-reader.ts';
import { findPort, type RedisServer, startRedis, until } from './redis-server.ts';

const clients: readonly (readonly [string, (server: RedisServer) => RedisClient | Promise<RedisClient>])[] = [
  ['ioredis', (server) => ioredis(server)],
  ['node-redis', nodeRedis],
];

describe('redisFeed, when Redis is away', () => {
  it.for(clients)('goes on after the server was killed and is back, with %s', async ([, connect], context) => {
    const server = await startRedis(context);
    const feed = openFeed(await connect(server));
    await until(() => feed.reader.proofs.length > 0);
    await server.kill();
    await until(() => feed.reader.problems.length > 0);
    const proofs = feed.reader.proofs.length;
    await expect(feed.connection.write([entry('1')], { timeoutMs: 50 })).rejects.toThrow(/^Redis /);
    expect(feed.reader.proofs.length).toBe(proofs);
    await server.start();
    await until(() => feed.reader.proofs.length > proofs);
    expect(feed.reader.log).toEqual(['begins reset', 'ends', 'begins reset', 'ends']);
    await feed.connection.write([entry('2')], patience);
    await until(() => feed.reader.held.includes('text 2'));
  });

  it.for(clients)('starts before the server does, with %s', async ([name], context) => {
    const server = await startRedis(context);
    await server.kill();
    const client = name === 'ioredis' ? ioredis(server) : createClient({ url: server.url });
    const feed = openFeed(client);
    await until(() => feed.reader.problems.length > 1);
    expect(feed.reader.problems.map(String)).toContain(
      'RedisFeedError: Redis cannot be reached. Check the address, and whether Redis is running.',
    );
    expect(feed.reader.problems[0]?.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(feed.reader.log).toEqual([]);
    await server.start();
    feed.connection.ask();
    await until(() => feed.reader.proofs.length > 0);
  });

  it('proves nothing while the server is frozen, and answers a question when it goes on', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server);
    await nextProof(feed);
    server.freeze();
    onTestFinished(server.thaw);
    const proofs = feed.reader.proofs.length;
    const frozen = feed.reader.now();
    feed.connection.ask();
    await expect(feed.connection.write([entry('1')], { timeoutMs: 50 })).rejects.toThrow('did not answer within 50 ms');
    expect(feed.reader.hasProofAfter(frozen)).toBe(false);
    expect(feed.reader.proofs.length - proofs).toBeLessThan(2);
    server.thaw();
    await nextProof(feed);
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
    // The server has accepted it late: that does no harm.
    await until(() => feed.reader.texts.includes('text 1'));
  });

  it('proves nothing while clients are paused', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server);
    const before = feed.reader.now();
    await server.run('client', 'pause', '300', 'all');
    await nextProof(feed);
    // Timers and clocks are rounded.
    expect(feed.reader.now().steadyMs - before.steadyMs).toBeGreaterThan(290);
  });

  it('answers a question at once', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server, {}, new RecordingReader({ silenceMs: 300_000 }));
    const asked = feed.reader.now();
    feed.connection.ask();
    await until(() => feed.reader.hasProofAfter(asked));
  });

  it('answers a question on a new connection if the client of the app is closed', async (context) => {
    const server = await startRedis(context);
    const client = ioredis(server);
    const feed = openFeed(client, {}, new RecordingReader({ silenceMs: 300_000 }));
    await until(() => feed.reader.proofs.length > 0);
    client.disconnect();
    const asked = feed.reader.now();
    feed.connection.ask();
    await until(() => feed.reader.hasProofAfter(asked));
    expect(feed.reader.problems).toEqual([]);
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
  });

  it('does not give up a connection that is being made when it is asked again', async (context) => {
    const server = await startRedis(context);
    const client = ioredis(server);
    const duplicate = vi.spyOn(client, 'duplicate');
    const feed = openFeed(client, {}, new RecordingReader({ silenceMs: 300_000 }));
    await until(() => feed.reader.proofs.length > 0);
    client.call = () => Promise.reject(new Error('the connection of the app is dead'));
    server.freeze();
    context.onTestFinished(server.thaw);
    feed.connection.ask();
    await until(() => duplicate.mock.calls.length === 2);
    for (let count = 0; count < 5; count++) {
      feed.connection.ask();
      await nextTurn();
    }
    expect(duplicate).toHaveBeenCalledTimes(2);
    server.thaw();
    await nextProof(feed);
    expect(duplicate).toHaveBeenCalledTimes(2);
  });

  it('finds data that was lost when it is asked', async (context) => {
    const server = await startRedis(context);
    const feed = await openCurrent(server, {}, new RecordingReader({ silenceMs: 300_000 }));
    await server.run('flushall');
    feed.connection.ask();
    await until(() => feed.reader.log.length === 4);
    expect(feed.reader.log.slice(2)).toEqual(['begins reset', 'ends']);
  });

  it('closes only its own connections, and ends reading at once', async (context) => {
    const server = await startRedis(context);
    const client = ioredis(server);
    const feed = openFeed(client, {}, new RecordingReader({ silenceMs: 300_000 }));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.close();
    expect(await client.ping()).toBe('PONG');
    await until(async () => !String(await server.run('client', 'list')).includes('cmd=xread'));
    expect(feed.reader.problems).toEqual([]);
    feed.connection.ask();
    await feed.connection.close();
  });

  it('closes while it cannot connect', async (context) => {
    const server = await startRedis(context);
    await server.kill();
    const feed = openFeed(ioredis(server));
    await feed.connection.close();
    expect(feed.reader.problems).toEqual([]);
  });
});

describe('redisFeed, when Redis refuses', () => {
  it('names a missing password', async (context) => {
    const server = await startRedis(context, '--requirepass', 'a secret of the test');
    const feed = openFeed(ioredis(server));
    await until(() => feed.reader.problems.length > 0);
    expect(feed.reader.problems.map(String)).toEqual([
      'RedisFeedError: Redis requires a login. Set the user name and the password in the options of the client.',
    ]);
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow('Redis requires a login.');
  });

  it('names a wrong password, and does not repeat it', async (context) => {
    const server = await startRedis(context, '--requirepass', 'a secret of the test');
    const feed = openFeed(ioredis(server, { password: 'another secret' }));
    await until(() => feed.reader.problems.length > 0);
    expect(String(feed.reader.problems[0])).toContain('Redis refused the login.');
    expect(JSON.stringify([feed.reader.problems[0]?.message, feed.reader.problems[0]?.cause])).not.toContain('secret');
  });

  it('rejects a write when the memory is full, and goes on reading', async (context) => {
    const server = await startRedis(context, '--maxmemory-policy', 'noeviction');
    const feed = await openCurrent(server);
    await server.run('config', 'set', 'maxmemory', '1');
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow('Redis has reached `maxmemory`.');
    await nextProof(feed);
    await server.run('config', 'set', 'maxmemory', '0');
    await feed.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
    expect(feed.reader.problems).toEqual([]);
  });

  it('reports a server that may delete the entries to make room', async (context) => {
    const server = await startRedis(context, '--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    const feed = await openCurrent(server);
    expect(feed.reader.problems.map(String)).toEqual([
      'RedisFeedError: Redis may delete the revocations when its memory is full: its maxmemory-policy is allkeys-lru. Set it to noeviction or volatile-lru, or use another server.',
    ]);
    await server.run('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await nextProof(feed);
    expect(feed.reader.problems.filter(({ message }) => message.includes('allkeys-lru'))).toHaveLength(1);
  });

  it('reads with a user that has only the documented rights', async (context) => {
    const server = await startRedis(context);
    const rights = '+time +info +xread +xrange +xadd +hgetall +hsetnx +wait'.split(' ');
    await server.run('acl', 'setuser', 'feed', 'on', '>secret', '~torii:revocations:*', ...rights);
    const feed = openFeed(ioredis(server, { username: 'feed', password: 'secret', enableReadyCheck: false }));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.includes('text 1'));
    expect(feed.reader.problems).toEqual([]);
  });

  it('reads with a user that may not write, and says so when it writes', async (context) => {
    const server = await startRedis(context);
    await server.run('acl', 'setuser', 'reader', 'on', '>secret', '~*', '+time', '+xread', '+xrange', '+hgetall');
    const feed = openFeed(ioredis(server, { username: 'reader', password: 'secret', enableReadyCheck: false }));
    await until(() => feed.reader.proofs.length > 0);
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow(
      'Redis does not allow this user a command or a key.',
    );
    const writer = await openCurrent(server);
    await writer.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
    expect(feed.reader.problems).toEqual([]);
  });

  it('reads from the beginning at every reconnect if it may not ask which server it reads', async (context) => {
    const server = await startRedis(context);
    await server.run('acl', 'setuser', 'reader', 'on', '>secret', '~*', '+time', '+xread', '+xrange', '+hgetall');
    const feed = openFeed(ioredis(server, { username: 'reader', password: 'secret', enableReadyCheck: false }));
    await until(() => feed.reader.proofs.length > 1);
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
    await server.run('client', 'kill', 'user', 'reader');
    await until(() => feed.reader.log.length === 4);
  });

  it('names a key that holds something else', async (context) => {
    const server = await startRedis(context);
    await server.run('set', stream, 'text');
    const feed = openFeed(ioredis(server));
    await until(() => feed.reader.problems.length > 0);
    expect(String(feed.reader.problems[0])).toContain('A key of the feed holds something else.');
  });

  it('reports a port that speaks another protocol', async () => {
    const port = await findPort();
    const feed = openFeed(ioredis({ port } as RedisServer));
    await until(() => feed.reader.problems.length > 0);
    expect(feed.reader.problems[0]?.message).toContain('Redis cannot be reached.');
  });
});
