// How long a rotation keeps people out who reconnect, against the runbook that says: publish the new key, and restart.
// NATS, gateway and tokens are real. The wall clock is moved by hand, so that two hours take seconds.
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
const crowd = 1_000;

let now = 1_800_000_000;
afterEach(() => void vi.useRealTimers());

function setClock(seconds: number): void {
  now = seconds;
  vi.useFakeTimers({ now: now * 1000, toFake: ['Date'] });
}

/** A store that does not say when something was written: NATS lives in another time than this test. */
function withoutClock({ read, write }: KeyStore): KeyStore {
  return {
    write,
    async read(bucket, key) {
      const entry = await read(bucket, key);
      return entry && { value: entry.value, revision: entry.revision };
    },
  };
}

/** Somebody with a token, which is kept until it has run out: a client that gets a fresh one sooner suffers less. */
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

/** A thousand clients, whose tokens were minted all over the last hour. */
async function gather(node: StreamSigner, gateway: Gateway): Promise<readonly Client[]> {
  const clients = Array.from({ length: crowd }, () => new Client());
  const begun = now;
  for (const [index, client] of clients.entries()) {
    setClock(begun + Math.floor((index * hour) / crowd));
    expect(await client.reconnect(node, gateway)).toBe(true);
  }
  setClock(begun + hour - 1);
  return clients;
}

/** Seconds until nobody is refused any more, where everybody tries all the time. */
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

test('keeps out for a minute whom the founding runbook keeps out for an hour', async ({ startNats }) => {
  const { url } = await startNats();
  await using gateway = await startGateway({ servers: url });
  await using kv = await connectStore({ servers: url });
  const gatewayUrl = gateway.url;
  await publishPublicKey(kv, old.publicPem, { gatewayUrl });
  setClock(now);

  // The founding runbook: whatever was minted before is refused from now on.
  const before = createStreamSigner({ privateKey: old.privatePem });
  const victims = await gather(before, gateway);
  await publishPublicKey(kv, next.publicPem, { gatewayUrl, replaces: old.publicPem });
  const after = createStreamSigner({ privateKey: next.privatePem });
  const founding = await refusedSeconds(victims, after, gateway, 10);
  await publishPublicKey(kv, old.publicPem, { gatewayUrl, replaces: next.publicPem });

  // Ours: nodes hold both keys, and a plan flips them.
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
  // The worst case: everybody got a token of the old key within the last minute, the last of them in the last second.
  for (let second = now; second < flip; second++) {
    setClock(second);
    const some = clients.filter((_, index) => index % 60 === second % 60);
    await Promise.all(some.map((client) => client.reconnect(node, gateway)));
  }
  setClock(flip);
  expect((await rotation.advance()).step).toBe('done');
  const fresh = await node.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: hour });
  const ours = await refusedSeconds(clients, node, gateway, 1);

  console.log(`seconds of refused reconnects, ${crowd} live tokens: founding runbook ${founding}, rotation ${ours}`);
  expect(refusedInDrain).toBe(0);
  expect(gateway.admits(fresh.token)).toBe(true);
  expect(founding).toBeGreaterThan(hour - 60);
  expect(ours).toBeGreaterThan(0);
  expect(ours).toBeLessThanOrEqual(refusalSeconds);
});
