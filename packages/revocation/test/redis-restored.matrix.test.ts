// What one server remembers gets back into an emptied store, so that a server that starts later refuses it too.
import { expect, test } from 'vitest';
import { ioredis } from './redis-feeds.ts';
import { isRefused, startNode } from './redis-nodes.ts';
import { type RedisServer, startRedis, until } from './redis-server.ts';
import { mint } from './tokens.ts';

const losses: Readonly<Record<string, (server: RedisServer) => Promise<unknown>>> = {
  'everything was deleted': ({ run }) => run('flushall'),
  'the stream was deleted': async ({ run }) => {
    const keys = (await run('keys', 'torii:revocations:*')) as string[];
    await run('del', ...keys.filter((key) => !key.endsWith(':about')));
  },
  'Redis was killed and came back empty': async (server) => {
    await server.kill();
    await server.start();
  },
};

for (const [name, lose] of Object.entries(losses)) {
  test(`[43] what a server remembers is restored after ${name}`, async (context) => {
    const server = await startRedis(context);
    const [a, b] = [await startNode(server), await startNode(server)];
    const token = await mint();
    await a.revocations.revokeUser('ada');
    await until(() => isRefused(b, token));
    await a.revocations.close();
    await lose(server);
    // Ben's revocation reaches the emptied store first: the loss must be noticed all the same.
    await until(() =>
      b.revocations.revokeUser('ben').then(
        () => true,
        () => false,
      ),
    );
    const token2 = await mint({ sub: 'ben' });
    await until(async () => {
      const later = await startNode(server);
      const isRestored = (await isRefused(later, token)) && (await isRefused(later, token2));
      await later.revocations.close();
      return isRestored;
    });
    expect(await isRefused(b, token)).toBe(true);
    expect(b.events.some(({ type }) => type === 'entries_restored')).toBe(true);
  });
}

test('[43] what a server announced to an old master gets into the promoted replica', async (context) => {
  const master = await startRedis(context);
  const replica = await startRedis(context, '--replicaof', `127.0.0.1 ${master.port}`);
  await until(async () => String(await replica.run('info', 'replication')).includes('master_link_status:up'));
  // As with Sentinel: a client finds the present master when it connects.
  const port = { current: master.port };
  const client = ioredis(master);
  client.duplicate = () => ioredis({ ...master, port: port.current }, { lazyConnect: true, retryStrategy: () => null });
  const a = await startNode(master, {}, client);
  await a.revocations.ready();
  await replica.run('replicaof', 'no', 'one');
  const token = await mint();
  await a.revocations.revokeUser('ada');
  port.current = replica.port;
  await master.run('client', 'kill', 'type', 'normal', 'skipme', 'yes');
  const current = ioredis(replica);
  client.call = current.call.bind(current) as typeof client.call;
  await until(async () => {
    const later = await startNode(replica);
    const isRestored = await isRefused(later, token);
    await later.revocations.close();
    return isRestored;
  });
  expect(await isRefused(a, token)).toBe(true);
});
