import { afterEach, expect, test, vi } from 'vitest';
import { platformFetch, random, randomId, startTimer, steadyMs, stopTimer, wallMs } from '../src/platform.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('reads the clocks and the random numbers that are in place at the time of the call', () => {
  vi.spyOn(Date, 'now').mockReturnValue(1);
  vi.spyOn(performance, 'now').mockReturnValue(2);
  vi.spyOn(Math, 'random').mockReturnValue(0.3);
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('0-0-0-0-0');
  expect([wallMs(), steadyMs(), random(), randomId()]).toEqual([1, 2, 0.3, '0-0-0-0-0']);
});

test('starts and stops timers of a test library', () => {
  vi.useFakeTimers();
  const fired: string[] = [];
  startTimer(() => fired.push('kept'), 1_000);
  stopTimer(startTimer(() => fired.push('stopped'), 1_000));
  vi.advanceTimersByTime(999);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(['kept']);
});

test('calls the `fetch` that is in place at the time of the call, with the global object as `this`', async () => {
  // Browsers and Workers throw "Illegal invocation" if `this` is another object.
  const seen: unknown[] = [];
  vi.stubGlobal('fetch', function (this: unknown, ...given: readonly unknown[]) {
    seen.push(this === globalThis || this === undefined, ...given);
    return Promise.resolve('the response');
  });
  const holder = { fetch: platformFetch };
  expect(await holder.fetch('https://example.com', { method: 'PUT' })).toBe('the response');
  expect(seen).toEqual([true, 'https://example.com', { method: 'PUT' }]);
});
