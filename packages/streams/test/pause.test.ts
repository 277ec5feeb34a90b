import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ToriiStreamError } from '../src/errors.ts';
import { waitUntilServed } from '../src/keys/gateway.ts';
import { readPublicKey } from '../src/keys/rsa-key.ts';
import { retryWhileUnavailable } from '../src/rotation/retry.ts';
import { makeKeyPair } from './key-pairs.ts';

// A process that stood still (SIGSTOP, a laptop that slept) while it waited for the store or for the gateway.

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const now = performance.now.bind(performance);
function pass(ms: number): void {
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

function unavailable(): ToriiStreamError {
  return new ToriiStreamError('store_unavailable', 'The store does not respond.');
}

test('[34] a rotation asks the store again before it gives up', async () => {
  const work = vi.fn(async () => 'done');
  work.mockImplementationOnce(async () => {
    pass(3_600_000);
    throw unavailable();
  });
  const outcome = retryWhileUnavailable(work, undefined, () => {});
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await outcome).toBe('done');
  expect(work).toHaveBeenCalledTimes(2);
});

test('a rotation gives up if the store is still unavailable then', async () => {
  const work = vi.fn(async () => {
    pass(3_600_000);
    throw unavailable();
  });
  const outcome = expect(retryWhileUnavailable(work, undefined, () => {})).rejects.toMatchObject({
    reason: 'store_unavailable',
  });
  await vi.advanceTimersByTimeAsync(1_000);
  await outcome;
  expect(work).toHaveBeenCalledTimes(2);
});

test('[34] a publication asks the gateway again before it reports that the key is not used', async () => {
  const { publicPem } = makeKeyPair();
  const { keyId } = readPublicKey('publicKey', publicPem);
  const fetch = vi.fn(async () => new Response(publicPem));
  fetch.mockImplementationOnce(async () => {
    pass(3_600_000);
    throw new TypeError('fetch failed');
  });
  const gateway = { pubkeyUrl: 'http://127.0.0.1/pubkey', fetch };
  const outcome = waitUntilServed(gateway, keyId, 5_000);
  await vi.advanceTimersByTimeAsync(200);
  expect(await outcome).toMatchObject({ isServed: true });
});
