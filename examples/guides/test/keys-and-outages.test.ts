import { createVerifier, type VerifierEvent } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reasonOf, type ServedApp, serveExample } from './served-app.ts';

const minute = 60_000;
const loadExample = () => import('../src/keys-and-outages.ts');

let emulator: Emulator;

beforeEach(async () => {
  vi.resetModules();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  // Both clocks are stopped, so that nothing depends on how long a test takes.
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await emulator.stop();
});

test('the first request does not wait for the keys', async () => {
  await using app = await serveExample(loadExample);
  expect(emulator.requests.keys).toBe(1);
  expect(await healthOf(app)).toEqual({ status: 'ok', keys: 'not fetched yet' });
  emulator.delay('keys', 600_000, { times: 1 });
  expect((await app.send('/me', await emulator.token())).status).toBe(200);
});

test('a server that starts during an outage answers 503, and recovers by itself', async () => {
  emulator.fail('keys');
  await using app = await serveExample(loadExample);
  const token = await emulator.token();
  const refused = await app.send('/me', token);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await reasonOf(refused)).toBe('keys_unavailable');
  expect(await healthOf(app)).toEqual({ status: 'ok', keys: 'missing' });

  emulator.recover();
  pass(minute);
  expect((await app.send('/me', token)).status).toBe(200);
  expect(await healthOf(app)).toEqual({ status: 'ok', keys: 'current' });
});

test('during an outage, the keys are used for an hour after the last fetch', async () => {
  await using app = await serveExample(loadExample);
  const token = await emulator.token({ expiresInSeconds: 7_200 });
  await app.send('/me', token);
  await expect.poll(() => healthOf(app)).toEqual({ status: 'ok', keys: 'current' });

  emulator.fail('keys');
  pass(59 * minute);
  expect((await app.send('/me', token)).status).toBe(200);
  expect(await healthOf(app)).toEqual({ status: 'ok', keys: 'kept from before' });
  pass(minute);
  expect((await app.send('/me', token)).status).toBe(503);
  expect(await healthOf(app)).toEqual({ status: 'ok', keys: 'missing' });
});

test('a rotated key works at once, and a withdrawn key is refused five minutes later', async () => {
  await using app = await serveExample(loadExample);
  const old = await emulator.token({ expiresInSeconds: 3_600 });
  expect((await app.send('/me', old)).status).toBe(200);

  await emulator.rotateKeys();
  expect((await app.send('/me', await emulator.token())).status).toBe(200);

  emulator.withdrawKeys();
  pass(5 * minute);
  expect(await reasonOf(await app.send('/me', old))).toBe('key_unknown');
});

test('a thousand tokens with unknown keys cause few fetches, and valid tokens are accepted', async () => {
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({ issuer: emulator.issuer, onEvent: (event) => events.push(event) });
  const token = await emulator.token();
  await verifier.verify(token);
  const before = emulator.requests.keys;

  const { signature, claims } = partsOf(token);
  const made = Array.from({ length: 1_000 }, (_, index) => `${headerFor(`made-up-${index}`)}.${claims}.${signature}`);
  const results = await Promise.allSettled(made.map((each) => verifier.verify(each)));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  await verifier.verify(token);
  expect(emulator.requests.keys - before).toBe(1);

  await Promise.allSettled(made.map((each) => verifier.verify(each)));
  expect(emulator.requests.keys - before).toBe(1);
  expect(events.some(({ type }) => type === 'key_search_limited')).toBe(true);
});

test('a request waits at most `keysTimeoutMs` for an issuer that hangs', async () => {
  const verifier = createVerifier({ issuer: emulator.issuer, keysTimeoutMs: 100 });
  const request = { authorization: `Bearer ${await emulator.token({ expiresInSeconds: 3_600 })}` };
  emulator.delay('keys', 600_000);
  expect((await verifier.check(request)).denial?.body.error.reason).toBe('keys_unavailable');

  emulator.recover();
  pass(minute);
  expect((await verifier.check(request)).denial).toBeUndefined();
  emulator.delay('keys', 600_000);
  pass(6 * minute);
  expect((await verifier.check(request)).denial).toBeUndefined();
});

async function healthOf(app: ServedApp): Promise<unknown> {
  return (await app.send('/health')).json();
}

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

function partsOf(token: string) {
  const [, claims, signature] = token.split('.');
  return { claims, signature };
}

function headerFor(kid: string): string {
  return Buffer.from(JSON.stringify({ alg: 'ES256', kid })).toString('base64url');
}
