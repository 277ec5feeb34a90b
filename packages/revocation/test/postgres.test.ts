// The table and the queries are those of the README.
import pg from 'pg';
import { expect, test } from 'vitest';
import { startStore } from '../../authz/test/store-servers.ts';
import { createRevocations, pollFeed, type RevocationEvent } from '../src/index.ts';
import { environmentId, issuer, tokenOf } from './tokens.ts';

/** One server of a fleet. */
async function startNode(port: number) {
  const connectionString = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on('error', () => {});
  const feed = pollFeed({
    async read({ since }) {
      const { rows } = await pool.query(
        "select now() as time, coalesce(array_agg(text), '{}') as texts from torii_revocations where written_at >= $1",
        [since ?? new Date(0)],
      );
      return { texts: rows[0].texts, storeTime: rows[0].time };
    },
    async write(entries, { retentionSeconds }) {
      await pool.query(
        `insert into torii_revocations (text) select unnest($1::text[])
         on conflict (text) do update set written_at = now()`,
        [entries.map(({ text }) => text)],
      );
      await pool.query('delete from torii_revocations where written_at < now() - make_interval(secs => $1)', [
        retentionSeconds,
      ]);
      await pool.query('notify torii_revocations');
    },
    everyMs: 10_000,
    timeoutMs: 1_000,
  });
  const listener = new pg.Client({ connectionString });
  let notifications = 0;
  listener.on('notification', () => {
    notifications += 1;
    feed.poll();
  });
  listener.on('error', () => {});
  await listener.connect();
  await listener.query('listen torii_revocations');
  const events: RevocationEvent[] = [];
  const onEvent = (event: RevocationEvent): void => {
    events.push(event);
  };
  const revocations = createRevocations({ issuer, environmentId, feed, onEvent, maxStaleSeconds: 60 });
  return {
    pool,
    feed,
    events,
    revocations,
    notifications: () => notifications,
    refuses: (sub: string) => revocations.check(tokenOf({ sub, iat: Math.floor(Date.now() / 1000) - 5 })) === 'revoked',
    async [Symbol.asyncDispose]() {
      await revocations.close();
      await Promise.allSettled([listener.end(), pool.end()]);
    },
  };
}

test('[38][40][43] with PostgreSQL: LISTEN carries a revocation at once, and a database that was killed and emptied gets it back', async (context) => {
  await using server = await startStore(context, 'postgres');
  const admin = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres' });
  await admin.connect();
  await admin.query(
    'create table torii_revocations (text text primary key, written_at timestamptz not null default now())',
  );
  await admin.end();
  await using one = await startNode(server.port);
  await using other = await startNode(server.port);
  await Promise.all([one.revocations.ready(), other.revocations.ready()]);

  await one.revocations.revokeUser('ada');
  await expect.poll(() => other.refuses('ada'), { interval: 5 }).toBe(true);
  expect(other.notifications()).toBe(1);
  expect(other.refuses('ben')).toBe(false);

  await server.kill();
  one.feed.poll();
  await expect.poll(() => one.events.some(({ type }) => type === 'feed_failed')).toBe(true);
  await expect(one.revocations.revokeUser('ben')).rejects.toMatchObject({ name: 'ToriiRevocationError' });
  expect([one.refuses('ada'), other.refuses('ada'), one.refuses('ben')]).toEqual([true, true, true]);

  await server.start();
  await one.pool.query('truncate torii_revocations');
  await expect
    .poll(
      async () => {
        one.feed.poll();
        other.feed.poll();
        return other.refuses('ben') && (await one.pool.query('select text from torii_revocations')).rows.length === 2;
      },
      { interval: 100 },
    )
    .toBe(true);
  await using late = await startNode(server.port);
  await late.revocations.ready();
  expect(late.refuses('ada') && late.refuses('ben')).toBe(true);
});
