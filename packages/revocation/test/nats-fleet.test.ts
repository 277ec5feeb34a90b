// Servers of a fleet, with real tokens and a real NATS server.
import { Kvm } from '@nats-io/kv';
import { ToriiConfigError } from '@torii/core';
import { afterEach, expect } from 'vitest';
import { bucket, join, leave } from './nats-fleet.ts';
import { natsTest as test } from './nats-server.ts';
import { mint } from './tokens.ts';

afterEach(leave);

test('[40] a user who was revoked on one server is refused by the others', async ({ startNats }) => {
  const server = await startNats();
  const [first, second] = [await join(server), await join(server)];
  const [ada, bob] = [await mint(), await mint({ sub: 'bob' })];
  expect(await second.ask(ada)).toBe('accepted');
  await first.revocations.revokeUser('ada');
  expect(await first.ask(ada)).toBe('token_revoked');
  await expect.poll(() => second.ask(ada)).toBe('token_revoked');
  const third = await join(server);
  expect(await third.ask(ada)).toBe('token_revoked');
  expect(await third.ask(bob)).toBe('accepted');
});

test('[44] a revocation that could not be announced is refused here, and announced when the server is back', async ({
  startNats,
}) => {
  const server = await startNats();
  const [first, second] = [await join(server), await join(server)];
  const ada = await mint();
  expect(await first.ask(ada)).toBe('accepted');
  expect(await second.ask(ada)).toBe('accepted');
  await server.kill();
  const announcing = first.revocations.revokeUser('ada').catch(() => 'not announced');
  expect(await first.ask(ada)).toBe('token_revoked');
  await server.start();
  await announcing;
  await expect.poll(() => second.ask(ada)).toBe('token_revoked');
});

test('[41] a bucket that keeps entries for too short lets no request through, and `ready` says why', async ({
  startNats,
}) => {
  const server = await startNats();
  await new Kvm(await server.connect()).create(bucket, { ttl: 3_600_000 });
  const { revocations, ask } = await join(server);
  await expect(revocations.ready()).rejects.toThrow(ToriiConfigError);
  await expect(revocations.ready()).rejects.toThrow('nats stream edit KV_revocations --max-age=5400s');
  expect(await ask(await mint())).toBe('revocations_unavailable');
});
