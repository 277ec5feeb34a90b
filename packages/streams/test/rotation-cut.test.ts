// Measures how long clients cannot reconnect: with a rotation, and with the new key published without a drain. NATS, the
// HTTP requests and the tokens are real. The test moves the wall clock, so that two hours take seconds.
import { afterEach, expect, vi } from 'vitest';
import {
  createRotation,
  createStreamSigner,
  type KeyStore,
  publishPublicKey,
  type StreamSigner,
} from '../src/index.ts';
import { connectStore } from '../src/nats/index.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { makeKeyPair } from './key-pairs.ts';
import { natsTest as test } from './nats-server.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const hour = 3600;
const clientCount = 1_000;

let now = 1_800_000_000;
afterEach(() => void vi.useRealTimers());

function setClock(seconds: number): void {
  now = seconds;
  vi.useFakeTimers({ now: now * 1000, toFake: ['Date'] });
}

/** A store without `createdAt`, because the clock of NATS differs from the clock of this test. */
function withoutClock({ read, write }: KeyStore): KeyStore {
  return {
    write,
    async read(bucket, key) {
      const entry = await read(bucket, key);
      return entry && { value: entry.value, revision: entry.revision };
    },
  };
}

/** A client that keeps its token until it expires, which is the worst case. */
class Client {
  token = '';
  expiresAt = 0;

  async reconnect(node: StreamSigner, gateway: Gateway): Promise<boolean> {
    if (now >= this.expiresAt) {
      Object.assign(this, await node.issue({ subject: 'ada', allowedStreams: ['chat_*'], ttlSeconds: hour }));
    }
    return gateway.admits(this.token);
  }
}

/** Creates the clients, with tokens that were minted at regular times during the last hour. */
async function gather(node: StreamSigner, gateway: Gateway): Promise<readonly Client[]> {
  const clients = Array.from({ length: clientCount }, () => new Client());
  const begun = now;
  for (const [index, client] of clients.entries()) {
    setClock(begun + Math.floor((index * hour) / clientCount));
    expect(await client.reconnect(node, gateway)).toBe(true);
  }
  setClock(begun + hour - 1);
  return clients;
}

/** Seconds until no client is refused any more, if every client tries again every `step` seconds. */
async function refusedSeconds(clients: readonly Client[], node: StreamSigner, gateway: Gateway, step: number) {
  const flip = now;
  let refused = clients;
  while (refused.length > 0) {
    const outcomes = await Promise.all(refused.map((client) => client.reconnect(node, gateway)));
    refused = refused.filter((_, index) => outcomes[index] === false);
    if (refused.length > 0) setClock(now + step);
  }
  return now - flip;
}

test('refuses reconnects for about a minute, instead of an hour without a drain', async ({ startNats }) => {
  const { url } = await startNats();
  await using gateway = await startGateway({ servers: url });
  await using kv = await connectStore({ servers: url });
  const gatewayUrl = gateway.url;
  await publishPublicKey(kv, old.publicPem, { gatewayUrl });
  setClock(now);

  // Without a drain: every token of the old key is refused from now on.
  const before = createStreamSigner({ privateKey: old.privatePem });
  const clientsWithoutDrain = await gather(before, gateway);
  await publishPublicKey(kv, next.publicPem, { gatewayUrl, replaces: old.publicPem });
  const after = createStreamSigner({ privateKey: next.privatePem });
  const withoutDrain = await refusedSeconds(clientsWithoutDrain, after, gateway, 10);
  await publishPublicKey(kv, old.publicPem, { gatewayUrl, replaces: next.publicPem });

  // With a rotation: nodes have both keys, and a plan drains and flips.
  setClock(now + 2 * hour);
  const clients = await gather(before, gateway);
  const node = createStreamSigner({ privateKey: old.privatePem, nextPrivateKey: next.privatePem, gatewayUrl });
  const [from, to] = [old.publicPem, next.publicPem];
  const rotation = createRotation({ kv: withoutClock(kv), from, to, gatewayUrl, maxTtlSeconds: hour });
  const { waitSeconds, refusalSeconds } = await rotation.advance();
  const flip = now + waitSeconds;
  let refusedInDrain = 0;
  for (let minute = 0; now + 60 < flip; minute++) {
    setClock(now + 60);
    const some = clients.filter((_, index) => index % 40 === minute % 40);
    const outcomes = await Promise.all(some.map((client) => client.reconnect(node, gateway)));
    refusedInDrain += outcomes.filter((isIn) => !isIn).length;
    expect((await rotation.advance()).step).toBe('drain');
  }
  // The worst case: every client got a token of the old key within the last minute before the flip.
  for (let second = now; second < flip; second++) {
    setClock(second);
    const some = clients.filter((_, index) => index % 60 === second % 60);
    await Promise.all(some.map((client) => client.reconnect(node, gateway)));
  }
  setClock(flip);
  expect((await rotation.advance()).step).toBe('done');
  const fresh = await node.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: hour });
  const withDrain = await refusedSeconds(clients, node, gateway, 1);

  console.log(
    `seconds of refused reconnects, ${clientCount} live tokens: without a drain ${withoutDrain}, with a rotation ${withDrain}`,
  );
  expect(refusedInDrain).toBe(0);
  expect(gateway.admits(fresh.token)).toBe(true);
  expect(withoutDrain).toBeGreaterThan(hour - 60);
  expect(withDrain).toBeGreaterThan(0);
  expect(withDrain).toBeLessThanOrEqual(refusalSeconds);
});
