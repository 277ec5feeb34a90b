import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStreamSigner, type StreamEvent } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { PubkeyEndpoint } from './pubkey-endpoint.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const stranger = makeKeyPair();
const request = { subject: 'ada', allowedStreams: ['chat_*'], ttlSeconds: 3600 };

let now = 1_800_000_000_000;
beforeEach(() => void vi.useFakeTimers({ now, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const gatewayTimeoutMs = 2_000;

function fakeTimers(): void {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
}

function pass(ms: number): void {
  now += ms;
  vi.setSystemTime(now);
}

function makeNode(endpoint: PubkeyEndpoint, keys: { nextPrivateKey?: string } = { nextPrivateKey: next.privatePem }) {
  const events: StreamEvent[] = [];
  const signer = createStreamSigner({
    privateKey: old.privatePem,
    gatewayUrl: 'https://cable.example.com/',
    fetch: endpoint.fetch,
    onEvent: (event) => events.push(event),
    ...keys,
  });
  return { signer, types: () => events.map(({ type }) => type).filter((type) => type !== 'issued'), events };
}

async function mint({ signer }: ReturnType<typeof makeNode>) {
  const { token } = await signer.issue(request);
  const { iat = 0, exp = 0 } = decodeJwt(token);
  return { keyId: decodeProtectedHeader(token).kid, ttlSeconds: exp - iat };
}

const oldId = (await mint(makeNode(new PubkeyEndpoint(old.publicPem)))).keyId;
const nextId = (await mint(makeNode(new PubkeyEndpoint(next.publicPem)))).keyId;

test('with both keys, signs short with the old one until the gateway uses the new one', async () => {
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const node = makeNode(endpoint);
  expect(await mint(node)).toEqual({ keyId: oldId, ttlSeconds: 60 });
  endpoint.behaviour = next.publicPem;
  pass(999);
  expect(await mint(node)).toEqual({ keyId: oldId, ttlSeconds: 60 });
  pass(1);
  expect(await mint(node)).toEqual({ keyId: nextId, ttlSeconds: 3600 });
  expect(node.types()).toEqual(['key_used']);
});

test('returns to the old key if the gateway does', async () => {
  const endpoint = new PubkeyEndpoint(next.publicPem);
  const node = makeNode(endpoint);
  expect(await mint(node)).toEqual({ keyId: nextId, ttlSeconds: 3600 });
  endpoint.behaviour = old.publicPem;
  pass(1_000);
  expect(await mint(node)).toEqual({ keyId: oldId, ttlSeconds: 60 });
});

test('asks GET /pubkey at most once a second, however many tokens are requested', async () => {
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const node = makeNode(endpoint);
  await Promise.all(Array.from({ length: 50 }, () => mint(node)));
  expect(endpoint.asked).toBe(1);
  expect(endpoint.urls).toEqual(['https://cable.example.com/pubkey']);
  pass(1_000);
  await Promise.all(Array.from({ length: 50 }, () => mint(node)));
  expect(endpoint.asked).toBe(2);
});

test('asks again although the clock was set back', async () => {
  vi.useFakeTimers({ now, toFake: ['Date', 'performance'] });
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const node = makeNode(endpoint);
  await mint(node);
  vi.setSystemTime(now - 3_600_000);
  vi.advanceTimersByTime(1_000);
  await mint(node);
  expect(endpoint.asked).toBe(2);
});

test('[34] after a pause, asks the gateway before it signs, although a question failed at the thaw', async () => {
  fakeTimers();
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const node = makeNode(endpoint);
  await mint(node);
  // The question is under way when the process stops, and fails when it goes on. Meanwhile the key was changed.
  endpoint.behaviour = 'never';
  pass(1_000);
  const waiting = mint(node);
  await expect.poll(() => endpoint.asked).toBe(2);
  endpoint.behaviour = next.publicPem;
  pass(3_600_000);
  const asking = mint(node);
  await vi.advanceTimersByTimeAsync(gatewayTimeoutMs);
  expect((await asking).keyId).toBe(nextId);
  expect((await waiting).keyId).toBe(nextId);
});

test('[34] after an outage and a pause, asks the gateway before it signs', async () => {
  const endpoint = new PubkeyEndpoint(old.publicPem);
  const node = makeNode(endpoint);
  await mint(node);
  endpoint.behaviour = 'fails';
  pass(1_000);
  await mint(node);
  endpoint.behaviour = next.publicPem;
  pass(3_600_000);
  expect((await mint(node)).keyId).toBe(nextId);
});

test('sends no request without a gatewayUrl', async () => {
  const signer = createStreamSigner({ privateKey: old.privatePem, fetch: () => expect.unreachable() });
  await signer.issue(request);
});

test.each([
  ['JSON', JSON.stringify({ public_key: next.publicPem })],
  ['CRLF', next.publicPem.replaceAll('\n', '\r\n')],
])('reads the key out of %s', async (_form, body) => {
  expect((await mint(makeNode(new PubkeyEndpoint(body)))).keyId).toBe(nextId);
});

test.each([
  ['is down', 'fails', 'cannot be reached'],
  ['answers 500', 500, 'answered with status 500'],
  ['redirects', 302, 'answered with status 302'],
  ['answers with HTML', '<html>', 'answered with something other than an RSA public key'],
  ['answers without end', 'x'.repeat(20_000), 'answered with more than 16384 bytes'],
] as const)('uses the last answer if the gateway %s, and reports that once', async (_what, behaviour, problem) => {
  const endpoint = new PubkeyEndpoint(next.publicPem);
  const node = makeNode(endpoint);
  await mint(node);
  endpoint.behaviour = behaviour;
  for (let i = 0; i < 5; i++) {
    pass(1_000);
    expect((await mint(node)).keyId).toBe(nextId);
  }
  expect(node.types()).toEqual(['key_used', 'gateway_unavailable']);
  expect(node.events).toContainEqual({
    type: 'gateway_unavailable',
    problem: expect.stringContaining(problem),
    cause: behaviour === 'fails' ? expect.any(Error) : undefined,
  });
});

test('a gateway that hangs delays tokens once, for two seconds', async () => {
  fakeTimers();
  const endpoint = new PubkeyEndpoint('never');
  const node = makeNode(endpoint);
  const first = mint(node);
  await vi.advanceTimersByTimeAsync(gatewayTimeoutMs);
  expect(await first).toEqual({ keyId: oldId, ttlSeconds: 60 });
  pass(1_000);
  for (let i = 0; i < 20; i++) await mint(node); // Nothing moves the timers.
  expect(endpoint.asked).toBe(2);
});

test('warns once if the gateway uses neither key, and again if its answer changes', async () => {
  const endpoint = new PubkeyEndpoint(stranger.publicPem);
  const node = makeNode(endpoint, {});
  for (let i = 0; i < 3; i++, pass(1_000)) expect(await mint(node)).toEqual({ keyId: oldId, ttlSeconds: 3600 });
  expect(node.types()).toEqual(['key_not_served']);
  endpoint.behaviour = 404;
  await mint(node);
  expect(node.events).toContainEqual({ type: 'key_not_served', keyId: oldId, servedKeyId: null });
});

test('a gateway that answers with many empty chunks counts as unavailable: a stream of nothing else would never end', async () => {
  const chunks = [...Array.from({ length: 1_000 }, () => ''), next.publicPem].map((text) =>
    new TextEncoder().encode(text),
  );
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const node = makeNode(Object.assign(new PubkeyEndpoint('never'), { fetch: async () => new Response(body) }));
  expect((await mint(node)).keyId).toBe(oldId);
  expect(node.types()).toContain('gateway_unavailable');
});
