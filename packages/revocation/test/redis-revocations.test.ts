// The feed together with the engine: what was revoked is refused on every server.
import { expect, test } from 'vitest';
import { nodeRedis } from './redis-feeds.ts';
import { isRefused, startNode } from './redis-nodes.ts';
import { startRedis, until } from './redis-server.ts';
import { mint } from './tokens.ts';

test('[40] what one server revokes is refused by every server, and by one that starts later', async (context) => {
  const server = await startRedis(context);
  const [a, b] = [await startNode(server), await startNode(server, {}, await nodeRedis(server))];
  const token = await mint();
  for (const node of [a, b]) expect(await isRefused(node, token)).toBe(false);
  await a.revocations.revokeUser('ada');
  expect(await isRefused(a, token)).toBe(true);
  await until(() => isRefused(b, token));
  const later = await startNode(server);
  expect(await isRefused(later, token)).toBe(true);
  expect(await isRefused(later, await mint({ sub: 'ben' }))).toBe(false);
});

test('[43] what was revoked stays refused while Redis is down, and when it is back without its data', async (context) => {
  const server = await startRedis(context);
  const [a, b] = [await startNode(server), await startNode(server)];
  const token = await mint();
  await a.revocations.revokeUser('ada');
  await until(() => isRefused(b, token));
  await server.kill();
  await until(() => b.events.some(({ type }) => type === 'feed_failed'));
  expect(await isRefused(b, token)).toBe(true);
  await server.start();
  await until(() => b.events.filter(({ type }) => type === 'feed_current').length >= 2);
  expect(await isRefused(b, token)).toBe(true);
});

test('[44] an announcement that Redis does not accept is reported, and made when it can be', async (context) => {
  const server = await startRedis(context);
  const [a, b] = [await startNode(server), await startNode(server)];
  await b.revocations.ready();
  await a.revocations.ready();
  const token = await mint();
  await server.run('config', 'set', 'maxmemory', '1');
  await expect(a.revocations.revokeUser('ada')).rejects.toMatchObject({ name: 'ToriiRevocationError' });
  expect(await isRefused(a, token)).toBe(true);
  expect(await isRefused(b, token)).toBe(false);
  expect(a.revocations.health().pending).toBe(1);
  await server.run('config', 'set', 'maxmemory', '0');
  await until(() => isRefused(b, token));
});

test('[41] a server with a larger maxTokenSeconds does not start', async (context) => {
  const server = await startRedis(context);
  await (await startNode(server)).revocations.ready();
  const { revocations, verifier } = await startNode(server, { maxTokenSeconds: 7_200 });
  await expect(revocations.ready()).rejects.toThrow('`maxTokenSeconds` is too large for this store');
  await expect(verifier.verify(await mint())).rejects.toMatchObject({ reason: 'revocations_unavailable' });
});
