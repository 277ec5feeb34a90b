import { type RedisServer, startRedis, until } from './redis-server.ts';

/** Starts a master and its replica. */
export async function startPair(
  context: Parameters<typeof startRedis>[0],
): Promise<{ readonly master: RedisServer; readonly replica: RedisServer }> {
  const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const master = await startRedis(context, ...options);
  const replica = await startRedis(context, ...options, '--replicaof', `127.0.0.1 ${master.port}`);
  await until(async () => String(await replica.run('info', 'replication')).includes('master_link_status:up'));
  return { master, replica };
}

/** Whether the replica has everything that the master has. */
export async function replicated(master: RedisServer, replica: RedisServer): Promise<boolean> {
  const offsets = await Promise.all(
    [master, replica].map(
      async ({ run }) => /master_repl_offset:(\d+)/.exec(String(await run('info', 'replication')))?.[1],
    ),
  );
  return offsets[0] === offsets[1];
}
