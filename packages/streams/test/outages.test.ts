// NATS goes away while it is used. The tests run at the same time, because most of their time is waiting for the client.
import { publishPublicKey } from '../src/index.ts';
import { connectStore } from '../src/nats/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { natsTest as test } from './nats-server.ts';
import { expectAnswer, expectToSurvive, outages } from './outages.ts';

const { publicPem } = makeKeyPair();

test.concurrent('[38] NATS is killed while the app is idle: the app keeps running, and uses it again when it is back', async ({
  startNats,
  expect,
}) => {
  await expectToSurvive(await startNats(), outages.killed, false, expect);
});

test.concurrent('continues after the server was killed and restarted with its data', async ({ startNats, expect }) => {
  const server = await startNats();
  await using kv = await connectStore({ servers: server.url, timeoutMs: 3_000 });
  await publishPublicKey(kv, publicPem);
  await server.kill();
  await expect(publishPublicKey(kv, publicPem)).rejects.toMatchObject({ reason: 'store_unavailable' });
  await server.start();
  const read = async (): Promise<string> => String((await kv.read('TC_PUBKEYS', 'rails_public_key'))?.value);
  await expectAnswer(read, publicPem, expect);
  expect(await publishPublicKey(kv, publicPem)).toMatchObject({ changed: false, revision: 1 });
});
