import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { shortenBackupWaits } from '../../core/test/backup-waits.ts';
import { hang, ok, refusal, scriptApi } from './scripted-api.ts';

// The timers of a user's tests: the clock stands unless the user moves it.

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const clocks: readonly [string, Parameters<typeof vi.useFakeTimers>[0]][] = [
  ['every timer and clock', {}],
  ['timers alone', { toFake: ['setTimeout', 'clearTimeout'] }],
  ['the clocks alone', { toFake: ['Date', 'performance'] }],
  ['timers that begin in the past', { now: 0 }],
];

describe.each(clocks)('[31] with fake timers (%s)', (_name, faked) => {
  beforeEach(shortenBackupWaits);

  test('a call is repeated although nothing moves the clock', async () => {
    vi.useFakeTimers(faked);
    const { client, sent } = scriptApi([refusal(503), ok()]);
    expect(await client.users.get('ada')).toMatchObject({ id: 'ada' });
    expect(sent).toHaveLength(2);
  });

  test('a create that may have been carried out is not repeated', async () => {
    vi.useFakeTimers(faked);
    const { client, sent } = scriptApi([refusal(503), ok()]);
    await expect(client.users.create({ email: 'ada@example.com' })).rejects.toMatchObject({ status: 503 });
    expect(sent).toHaveLength(1);
  });

  test('a call fails after the last attempt', async () => {
    vi.useFakeTimers(faked);
    const { client, sent } = scriptApi([refusal(503), refusal(503), refusal(503), ok()]);
    await expect(client.users.get('ada')).rejects.toMatchObject({ status: 503, attempts: 3 });
    expect(sent).toHaveLength(3);
  });
});

test('[31] the wait before a retry ends when the fake clock is moved', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { client, sent } = scriptApi([refusal(503, 'unavailable', { 'retry-after': '20' }), ok()]);
  const user = client.users.get('ada');
  await vi.advanceTimersByTimeAsync(19_999);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await user).toMatchObject({ id: 'ada' });
});

test('[31] a request without a response fails when the fake clock reaches the time limit', async () => {
  vi.useFakeTimers();
  const { client } = scriptApi([hang]);
  const failure = expect(client.users.get('ada', { timeoutMs: 4_000 })).rejects.toMatchObject({ reason: 'timeout' });
  await vi.advanceTimersByTimeAsync(4_000);
  await failure;
});

test('[31] a retry that waits when the timers become real again is sent', async () => {
  vi.useFakeTimers();
  const { client, sent } = scriptApi([refusal(503), ok()]);
  // The fake clock begins at zero, and the real one shows the age of the process.
  const user = client.users.get('ada', { timeoutMs: 3_600_000 });
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  vi.useRealTimers();
  expect(await user).toMatchObject({ id: 'ada' });
  expect(sent).toHaveLength(2);
});
