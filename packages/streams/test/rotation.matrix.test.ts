import { afterEach, describe, expect, vi } from 'vitest';
import {
  createRotation,
  createStreamSigner,
  getKeyId,
  publishPublicKey,
  type RotationOptions,
  type StreamEvent,
} from '../src/index.ts';
import { type ConnectedStore, connectStore } from '../src/nats/index.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { makeKeyPair } from './key-pairs.ts';
import { natsTest } from './nats-server.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const request = { subject: 'ada', allowedStreams: ['chat_*'], ttlSeconds: 3600 };

interface World {
  readonly servers: string;
  readonly kv: ConnectedStore;
  readonly gateway: Gateway;
  readonly options: RotationOptions;
  readonly events: StreamEvent[];
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A test with NATS, a gateway that watches it, and the old key in use. */
const test = natsTest.extend<{ world: World }>({
  world: async ({ startNats }, use) => {
    const { url, kill, start } = await startNats();
    await using gateway = await startGateway({ servers: url });
    await using kv = await connectStore({ servers: url, timeoutMs: 1_000 });
    await publishPublicKey(kv, old.publicPem, { gatewayUrl: gateway.url });
    const events: StreamEvent[] = [];
    const [from, to] = [old.publicPem, next.publicPem];
    const options = {
      kv,
      from,
      to,
      gatewayUrl: gateway.url,
      maxTtlSeconds: 3600,
      onEvent: (e: StreamEvent) => void events.push(e),
    };
    await use({ servers: url, kv, gateway, options, events, kill, start });
  },
});

afterEach(() => void vi.useRealTimers());

/** Advances the wall clock. Timers of NATS and HTTP stay real. */
function pass(seconds: number): void {
  const now = Date.now() + seconds * 1000;
  vi.useFakeTimers({ now, toFake: ['Date'] });
}

test('goes from the plan to the end, and describes its steps and cost', async ({ world: { options, gateway } }) => {
  const rotation = createRotation(options);
  const planned = await rotation.plan();
  expect(planned).toMatchObject({ step: 'begin', waitSeconds: 0, refusalSeconds: 61 });
  for (const fact of [
    'TC_PUBKEYS/rails_public_key',
    getKeyId(old.publicPem),
    getKeyId(next.publicPem),
    'begin',
    '61 s',
  ]) {
    expect(planned.text).toContain(fact);
  }

  const drain = await rotation.advance();
  expect(drain.step).toBe('drain');
  expect(drain.waitSeconds).toBeGreaterThan(3500);
  expect(drain.text).toContain(`${drain.waitSeconds} s`);
  pass(3000);
  expect((await rotation.advance()).step).toBe('drain');
  expect(gateway.pem).toBe(old.publicPem);
  pass(602);
  expect(await rotation.advance()).toMatchObject({ step: 'done', waitSeconds: 0 });
  expect(gateway.pem).toBe(next.publicPem);
  expect(await rotation.advance()).toMatchObject({ step: 'done' });
});

test('a crashed deploy continues where it was, also on another machine', async ({ world: { options, kv } }) => {
  await createRotation(options).advance();
  pass(3000);
  const { waitSeconds } = await createRotation({ ...options }).plan();
  expect(waitSeconds).toBeGreaterThan(500);
  expect(waitSeconds).toBeLessThan(605);
  pass(602);
  // As if the deploy crashed after the flip, before the gateway confirmed it.
  await publishPublicKey(kv, next.publicPem, { replaces: old.publicPem });
  expect(await createRotation(options).advance()).toMatchObject({ step: 'done' });
});

test('a node of the old release that starts during a rotation does not undo it', async ({
  world: { options, kv, gateway },
}) => {
  const boot = () => publishPublicKey(kv, createStreamSigner({ privateKey: old.privatePem }).publicKey);
  const rotation = createRotation(options);
  await rotation.advance();
  expect(await boot()).toMatchObject({ changed: false });
  pass(3602);
  await rotation.advance();
  await expect(boot()).rejects.toMatchObject({ reason: 'slot_taken' });
  expect(gateway.pem).toBe(next.publicPem);
});

test('run continues after the NATS server is killed and restarted', async ({
  world: { options, events, ...world },
}) => {
  const running = createRotation({ ...options, maxTtlSeconds: 5, drainTtlSeconds: 1 }).run();
  await expect.poll(() => events).toContainEqual(expect.objectContaining({ step: 'drain' }));
  await world.kill();
  await expect.poll(() => events).toContainEqual(expect.objectContaining({ step: 'retry' }));
  await world.start();
  expect(await running).toMatchObject({ step: 'done', refusalSeconds: 2 });
  await expect.poll(() => world.gateway.pem).toBe(next.publicPem);
});

test('reports each step as data and in one line', async ({ world: { options, events } }) => {
  await createRotation(options).advance();
  const steps = events.filter((event) => event.type === 'rotation_step');
  expect(steps).toMatchObject([
    { step: 'begin', waitSeconds: 0 },
    { step: 'drain', waitSeconds: expect.any(Number) },
  ]);
  for (const { step, waitSeconds, summary, text } of steps) {
    expect(text).toContain(`${step.padEnd(8)} ${summary}\n`);
    if (step === 'drain') expect(summary).toContain(`${waitSeconds} s left`);
  }
});

test('run stops on its signal, and can be run again', async ({ world: { options, events } }) => {
  const rotation = createRotation(options);
  const stop = new AbortController();
  const running = rotation.run({ signal: stop.signal });
  await expect.poll(() => events).toContainEqual(expect.objectContaining({ step: 'drain' }));
  stop.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  pass(3602);
  expect(await rotation.run()).toMatchObject({ step: 'done' });
});

test('two deploys at once run the same rotation together', async ({ world: { options } }) => {
  const plans = await Promise.all([createRotation(options).advance(), createRotation(options).advance()]);
  expect(plans.map(({ step }) => step)).toEqual(['drain', 'drain']);
  pass(3602);
  const ends = await Promise.all([createRotation(options).advance(), createRotation(options).advance()]);
  expect(ends.map(({ step }) => step)).toEqual(['done', 'done']);
});

describe('throws', () => {
  test('if another rotation is in progress, until that one is canceled', async ({ world: { options } }) => {
    const other = createRotation({ ...options, to: makeKeyPair().publicPem });
    await other.advance();
    await expect(createRotation(options).advance()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    await other.cancel();
    expect(await createRotation(options).advance()).toMatchObject({ step: 'drain' });
  });

  test('if it is canceled after the flip', async ({ world: { options } }) => {
    const rotation = createRotation({ ...options, oldKeyLeaked: true });
    expect(await rotation.advance()).toMatchObject({ step: 'done', refusalSeconds: 3601 });
    await expect(rotation.cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    const back = createRotation({ ...options, from: next.publicPem, to: old.publicPem });
    expect(await back.advance()).toMatchObject({ step: 'drain' });
  });

  test('if a key file overrides the slot, before anything is changed', async ({ world: { options, kv, servers } }) => {
    await using shadowed = await startGateway({ servers, file: makeKeyPair().publicPem });
    const rotation = createRotation({ ...options, gatewayUrl: shadowed.url });
    await expect(rotation.advance()).rejects.toMatchObject({ reason: 'key_not_served' });
    expect(await kv.read('TC_PUBKEYS_ROTATION', 'rails_public_key')).toBeNull();
  });

  test('if the gateway hangs, within seconds', async ({ world: { options, gateway, kv } }) => {
    gateway.hang(true);
    const begun = performance.now();
    await expect(createRotation(options).advance()).rejects.toMatchObject({ reason: 'gateway_unavailable' });
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect((await kv.read('TC_PUBKEYS', 'rails_public_key'))?.value).toBe(old.publicPem);
  });
});

test('nodes sign with the key that the gateway uses, even after a plain publication', async ({
  world: { kv, gateway },
}) => {
  const gatewayUrl = gateway.url;
  const node = createStreamSigner({ privateKey: old.privatePem, nextPrivateKey: next.privatePem, gatewayUrl });
  expect(gateway.admits((await node.issue(request)).token)).toBe(true);
  await publishPublicKey(kv, next.publicPem, { replaces: old.publicPem, gatewayUrl });
  pass(1);
  const { token, expiresAt } = await node.issue(request);
  expect(gateway.admits(token)).toBe(true);
  expect(expiresAt).toBeGreaterThan(Date.now() / 1000 + 3590);
});
