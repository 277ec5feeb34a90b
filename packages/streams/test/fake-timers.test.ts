import { afterEach, expect, test, vi } from 'vitest';
import { shortenBackupWaits } from '../../core/test/backup-waits.ts';
import { ToriiStreamError } from '../src/errors.ts';
import { waitUntilServed } from '../src/keys/gateway.ts';
import { retryWhileUnavailable } from '../src/rotation/retry.ts';

// The timers of a user's tests: the clock stands unless the user moves it.

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const gateway = { pubkeyUrl: 'http://127.0.0.1/pubkey', fetch: async () => new Response(null, { status: 404 }) };
const clocks: readonly [string, Parameters<typeof vi.useFakeTimers>[0]][] = [
  ['every timer and clock', {}],
  ['the clocks alone', { toFake: ['Date', 'performance'] }],
  ['timers alone', { toFake: ['setTimeout', 'clearTimeout'] }],
];

test.each(clocks)('a gateway that does not change its key is given up with fake timers (%s)', async (_name, faked) => {
  shortenBackupWaits();
  vi.useFakeTimers(faked);
  expect(await waitUntilServed(gateway, 'key', 400)).toMatchObject({ isServed: false });
});

test.each(clocks)('a store that comes back is asked again with fake timers (%s)', async (_name, faked) => {
  shortenBackupWaits();
  vi.useFakeTimers(faked);
  const work = vi.fn(async () => 'done');
  work.mockRejectedValueOnce(new ToriiStreamError('store_unavailable', 'The store does not respond.'));
  expect(await retryWhileUnavailable(work, undefined, () => {})).toBe('done');
});

test('a store that stays away is given up after a minute of fake time', async () => {
  vi.useFakeTimers();
  const work = vi.fn(async () => {
    throw new ToriiStreamError('store_unavailable', 'The store does not respond.');
  });
  const outcome = expect(retryWhileUnavailable(work, undefined, () => {})).rejects.toMatchObject({
    reason: 'store_unavailable',
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await outcome;
  expect(work.mock.calls.length).toBeGreaterThan(10);
});

test('a store that stays away is given up although the clock stands', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  vi.stubGlobal('setTimeout', (done: () => void) => void queueMicrotask(done));
  const work = vi.fn(async () => {
    throw new ToriiStreamError('store_unavailable', 'The store does not respond.');
  });
  await expect(retryWhileUnavailable(work, undefined, () => {})).rejects.toBeInstanceOf(ToriiStreamError);
  expect(work).toHaveBeenCalledTimes(61);
});
