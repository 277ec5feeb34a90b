import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { createSentinel } from 'redis-5';
import { describe, expect, it } from 'vitest';
import { type RedisClient, redisFeed } from '../src/redis/index.ts';
import { about, entry, ioredis, openFeed, patience, stream } from './redis-feeds.ts';
import { startRedis, until } from './redis-server.ts';

const example =
  'Write redisFeed(new Redis(url)) with ioredis, or redisFeed(await createClient({ url }).connect()) with node-redis.';

describe('the client of redisFeed', () => {
  it.for<readonly [string, unknown, string]>([
    ['a URL', 'redis://user:password@127.0.0.1', 'a string'],
    ['a URL object', new URL('redis://127.0.0.1'), 'an object'],
    ['options', { host: '127.0.0.1', port: 6379 }, 'an object'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a class', Redis, 'a function'],
    ['a function that creates one', createClient, 'a function'],
    ['a promise', Promise.resolve(), 'a promise. Write `await` before it'],
    ['a pool', createClientPool({ url: 'redis://127.0.0.1:1' }), 'an object'],
  ])('must not be %s', ([, client, found]) => {
    expect(() => redisFeed(client as RedisClient)).toThrow(
      expect.objectContaining({
        name: 'ToriiConfigError',
        option: 'client',
        message: expect.stringContaining(
          `\`client\` must be a client of ioredis or node-redis. Found: ${found}. ${example} See https://`,
        ),
      }),
    );
  });

  it('must not be closed', () => {
    const client = new Redis({ lazyConnect: true });
    client.disconnect();
    expect(() => redisFeed(client)).toThrow('`client` is closed. Pass a client that is in use.');
  });

  it('may be a client of node-redis that the app has not connected yet', async (context) => {
    const server = await startRedis(context);
    const client = createClient({ url: server.url });
    const feed = openFeed(client);
    await until(() => feed.reader.proofs.length > 0);
    await expect(feed.connection.write([entry('1')], patience)).rejects.toThrow(
      'The client is not connected. Call `await client.connect()` first.',
    );
    await client.connect();
    await feed.connection.write([entry('2')], patience);
    await until(() => feed.reader.texts.includes('text 2'));
    await client.close();
  });

  it('keeps its key prefix', async (context) => {
    const server = await startRedis(context);
    const feed = openFeed(ioredis(server, { keyPrefix: 'app:' }));
    await until(() => feed.reader.proofs.length > 0);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.includes('text 1'));
    expect(((await server.run('keys', '*')) as string[]).toSorted()).toEqual([`app:${stream}`, `app:${about}`]);
  });

  it('never ends the process when the server goes away', async (context) => {
    const server = await startRedis(context);
    const app = fork(join(import.meta.dirname, 'redis-app.ts'), [server.url], {
      execArgv: ['--conditions=@torii/source', '--unhandled-rejections=strict'],
      silent: true,
    });
    context.onTestFinished(() => {
      app.kill('SIGKILL');
    });
    const seen = new Set<unknown>();
    app.on('message', (text) => seen.add(text));
    const hasSeen = (word: string) => clientNames.every((name) => seen.has(`${name} ${word}`)) || app.exitCode !== null;
    await until(() => hasSeen('proven'));
    await server.kill();
    await until(() => hasSeen('failed'));
    await server.start();
    seen.clear();
    await until(() => hasSeen('proven'));
    expect(app.exitCode).toBeNull();
  });

  it.for([
    [{ retentionSeconds: 10 }, '`retentionSeconds` must be a whole number from 1560 to 31536000.'],
    [{ retentionSeconds: '9000' }, '`retentionSeconds` must be a whole number from 1560 to 31536000. Found: a string.'],
    [{ retention: 9000 }, 'There is no option `retention`. Did you mean `retentionSeconds`?'],
    [{ waitForReplicas: 1 }, '`waitForReplicas` must be an object of options. Found: 1.'],
    [{ waitForReplicas: { replicas: 0 } }, '`replicas` must be a whole number from 1 to 100. Found: 0.'],
    [{ waitForReplicas: { replicas: 1, timeout: 5 } }, 'There is no option `timeout`. Did you mean `timeoutMs`?'],
  ])('refuses the options %j', ([options, message]) => {
    const client = new Redis({ lazyConnect: true });
    expect(() => redisFeed(client, options as object)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', message: expect.stringContaining(String(message)) }),
    );
  });

  it('must not be a client of Sentinel of node-redis 5, which cannot be duplicated', () => {
    const client: unknown = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] });
    expect(() => redisFeed(client as RedisClient)).toThrow(
      'must be a client of ioredis or node-redis. Found: an object.',
    );
  });
});

const clientNames = ['ioredis', 'node-redis'];
