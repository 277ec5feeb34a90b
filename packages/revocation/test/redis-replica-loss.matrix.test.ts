import { expect, it } from 'vitest';
import { ioredis, openCurrent, openFeed } from './redis-feeds.ts';
import { replicated, startPair } from './redis-pair.ts';
import { until } from './redis-server.ts';

it('redisFeed takes nothing for proven if a replica has lost its master', async (context) => {
  const { master, replica } = await startPair(context);
  const writer = await openCurrent(master);
  await until(() => replicated(master, replica));
  await writer.connection.close();
  const feed = await openCurrent(replica);
  await master.kill();
  await until(() => feed.reader.problems.length > 0);
  expect(feed.reader.problems[0]?.message).toBe('The replica has lost its master, so its answers prove nothing.');
  const proofs = feed.reader.proofs.length;
  const late = openFeed(ioredis(replica));
  await until(() => feed.reader.problems.length > 2 && late.reader.problems.length > 2);
  expect(feed.reader.proofs.length).toBe(proofs);
  expect(late.reader.log).toEqual(['begins']);
  await master.start();
  await until(() => feed.reader.proofs.length > proofs && late.reader.log.includes('ends'));
});
