import { expect, it, vi } from 'vitest';
import { ioredis, openFeed } from './redis-feeds.ts';
import { RecordingReader } from './redis-reader.ts';
import { startRedis, until } from './redis-server.ts';

it('redisFeed answers within two seconds if both of its connections are dead', async (context) => {
  const server = await startRedis(context);
  const client = ioredis(server);
  const duplicate = vi.spyOn(client, 'duplicate');
  const feed = openFeed(client, {}, new RecordingReader({ silenceMs: 300_000 }));
  await until(() => feed.reader.proofs.length > 0);
  // As after a pause of the process: the connections look open, and no answer ever comes.
  const own = duplicate.mock.results[0]?.value as typeof client;
  own.disconnect = () => {};
  for (const dead of [client, own]) dead.call = () => new Promise(() => {});
  const asked = feed.reader.now();
  feed.connection.ask();
  await until(() => feed.reader.hasProofAfter(asked));
  expect(feed.reader.now().steadyMs - asked.steadyMs).toBeLessThan(2_000);
  expect(feed.reader.problems).toEqual([]);
});
