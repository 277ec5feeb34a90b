import { afterEach, expect } from 'vitest';
import { join, leave } from './nats-fleet.ts';
import { natsTest as test } from './nats-server.ts';
import { mint } from './tokens.ts';

afterEach(leave);

test('[43] what the store has lost is still refused, also by a server that starts later', async ({ startNats }) => {
  const server = await startNats();
  const [first, second] = [await join(server), await join(server)];
  const ada = await mint();
  await first.revocations.revokeUser('ada');
  await expect.poll(() => second.ask(ada)).toBe('token_revoked');
  await server.kill();
  expect(await second.ask(ada)).toBe('token_revoked');
  server.loseData();
  await server.start();
  await expect
    .poll(() => [first, second].some(({ events }) => events.some(({ type }) => type === 'entries_restored')))
    .toBe(true);
  expect(await (await join(server)).ask(ada)).toBe('token_revoked');
});
