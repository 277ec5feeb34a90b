import { describe, expect, it, vi } from 'vitest';
import { checkServer } from '../src/redis/server-check.ts';
import { about, entry, nextProof, openCurrent, patience, stream } from './redis-feeds.ts';
import { RecordingReader } from './redis-reader.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';

const retentionSeconds = 5_100;
const largeSeconds = 9_000;

describe('the retention of a Redis stream', () => {
  it('is named by the first server, and is not lowered by another one', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server);
    expect(await server.run('hgetall', about)).toEqual({ 'retention:5100': '0' });
    const small = await openCurrent(server, {}, new RecordingReader({ retentionSeconds: 2_000 }));
    expect(small.reader.refusal).toBeUndefined();
    expect(await server.run('hgetall', about)).toEqual({ 'retention:5100': '0' });
    expect(await server.run('ttl', about)).toBe(-1);
    expect(await server.run('ttl', stream)).toBe(-1);
  });

  it('refuses a server that needs entries for longer, and says what to do', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server);
    const large = await openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    expect(large.reader.refusal).toMatchObject({
      name: 'ToriiConfigError',
      option: 'maxTokenSeconds',
      message:
        '`maxTokenSeconds` is too large for this store: entries must be kept for 9000 s, and it keeps them for 5100 s. First write redisFeed(client, { retentionSeconds: 9000 }) with the old maxTokenSeconds. Raise maxTokenSeconds 9000 s after that has started. See https://torii.so/docs/typescript/troubleshooting#maxtokenseconds',
    });
    expect(large.reader.log).toEqual([]);
    expect(large.reader.proofs).toEqual([]);
  });

  it('is raised by the option, and can be used when old entries no longer matter', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server);
    const raising = await openCurrent(server, { retentionSeconds: largeSeconds });
    expect(raising.reader.refusal).toBeUndefined();
    const large = () => openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    const since = Number(await server.run('hget', about, 'retention:9000'));
    expect(Math.abs(since - Date.now())).toBeLessThan(60_000);
    expect((await large()).reader.refusal?.message).toContain(
      `\`maxTokenSeconds\` is too large for this store until ${new Date(since + largeSeconds * 1_000).toISOString()}: it keeps entries for 9000 s since ${new Date(since).toISOString()}, and older ones may be missing. Use the old maxTokenSeconds until then.`,
    );
    await server.run('hset', about, 'retention:9000', since - largeSeconds * 1_000);
    expect((await large()).reader.refusal).toBeUndefined();
  });

  it('is raised even by a server that must wait for it', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server);
    const reader = new RecordingReader({ retentionSeconds: largeSeconds });
    await openCurrent(server, { retentionSeconds: largeSeconds }, reader);
    expect(reader.refusal?.message).toContain('until 2');
    expect(await server.run('hexists', about, 'retention:9000')).toBe(1);
  });

  it('needs no wait if the option is set at the first start of all', async (context) => {
    const server = await startRedis(context);
    const first = await openCurrent(server, { retentionSeconds: largeSeconds });
    expect(first.reader.refusal).toBeUndefined();
    const large = await openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    expect(large.reader.refusal).toBeUndefined();
  });

  it('[44] ignores levels that no feed has written, and goes on announcing', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server);
    for (const level of ['Infinity', '9999999999', '-1', 'x']) await server.run('hset', about, `retention:${level}`, 0);
    const { reader, connection } = await openCurrent(server);
    expect(reader.refusal).toBeUndefined();
    await connection.write([entry('ada')], patience);
  });

  it('refuses an option that is smaller than the need of the server', async (context) => {
    const server = await startRedis(context);
    const { reader } = await openCurrent(server, { retentionSeconds: 2_000 });
    expect(reader.refusal?.message).toContain(
      '`retentionSeconds` must be at least maxTokenSeconds + 1500, which is 5100. Found: 2000.',
    );
    expect(await server.run('exists', about)).toBe(0);
  });

  it('is restored after everything was deleted, so that a server that needs it can start', async (context) => {
    const server = await startRedis(context);
    const large = await openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    // A server with the smaller need is the first to use the emptied store.
    await server.run('multi');
    await server.run('flushall');
    await server.run('hset', about, 'retention:5100', '0');
    await server.run('exec');
    await until(() => large.reader.log.length === 4);
    const next = await openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    expect(next.reader.refusal).toBeUndefined();
  });

  it('drops entries that are older than the retention by the clock of the server, and a margin', async (context) => {
    const server = await startRedis(context);
    await addOld(server, retentionSeconds + 900 + 60, 'too old');
    await addOld(server, retentionSeconds + 900 - 60, 'young enough');
    const writer = await openCurrent(server);
    await writer.connection.write([entry('new')], patience);
    expect(await textsOf(server)).toEqual(['young enough', 'text new']);
  });

  it('is that of the store, also if a server that needs less writes', async (context) => {
    const server = await startRedis(context);
    await openCurrent(server, {}, new RecordingReader({ retentionSeconds: largeSeconds }));
    await server.run('del', stream);
    await addOld(server, largeSeconds - 60, 'needed by others');
    const writer = await openCurrent(server);
    await writer.connection.write([entry('new')], patience);
    expect(await textsOf(server)).toEqual(['needed by others', 'text new']);
  });

  it.for([-86_400_000, 86_400_000])(
    'does not depend on the clock of this process, which is wrong by %s ms',
    async (skewMs, context) => {
      const server = await startRedis(context);
      await addOld(server, retentionSeconds + 900 + 60, 'too old');
      await addOld(server, retentionSeconds + 900 - 60, 'young enough');
      const real = Date.now;
      vi.spyOn(Date, 'now').mockImplementation(() => real() + skewMs);
      context.onTestFinished(() => {
        vi.restoreAllMocks();
      });
      const writer = await openCurrent(server);
      await writer.connection.write([entry('new')], patience);
      expect(await textsOf(server)).toEqual(['young enough', 'text new']);
      // Nor does reading: an entry may be missing only if it is old by the server's clock.
      await server.run('xtrim', stream, 'MAXLEN', '0');
      await until(() => writer.reader.log.length === 4);
    },
  );

  it('does not take trimmed entries for lost ones', async (context) => {
    const server = await startRedis(context);
    await addOld(server, retentionSeconds + 900 + 60, 'too old');
    const feed = await openCurrent(server);
    await feed.connection.write([entry('1')], patience);
    await until(() => feed.reader.texts.includes('text 1'));
    expect(await textsOf(server)).toEqual(['text 1']);
    await nextProof(feed);
    expect(feed.reader.log).toEqual(['begins reset', 'ends']);
  });
});

/** Redis drops whole nodes of a stream. With one entry in each, it trims exactly. */
async function addOld(server: RedisServer, ageSeconds: number, text: string): Promise<void> {
  await server.run('config', 'set', 'stream-node-max-entries', '1');
  await server.run('xadd', stream, `${Date.now() - ageSeconds * 1_000}-0`, 'key', 'k', 'entry', text);
}

async function textsOf(server: RedisServer): Promise<readonly string[]> {
  const entries = (await server.run('xrange', stream, '-', '+')) as [string, string[]][];
  return entries.filter(([, fields]) => fields.includes('entry')).map(([, fields]) => String(fields.at(-1)));
}

describe('the version of Redis', () => {
  it.for(['5.0.14', '6.0.16', '6.1.0'])('is refused if it is %s', async (version) => {
    await expect(checkServer(async () => `# Server\r\nredis_version:${version}\r\n`)).rejects.toMatchObject({
      name: 'ToriiConfigError',
      message: expect.stringContaining(
        `\`client\` is connected to Redis ${version}. The feed needs Redis 6.2 or Valkey.`,
      ),
    });
  });

  it.for(['6.2.0', '7.0.15', '8.2.1', '10.0.0', ''])('is accepted if it is "%s"', async (version) => {
    await expect(checkServer(async () => `# Server\r\nredis_version:${version}\r\n`)).resolves.toBeUndefined();
  });
});
