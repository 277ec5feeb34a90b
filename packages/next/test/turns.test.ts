import { expect, test, vi } from 'vitest';
import { takeTurn } from '../src/browser/cookie/turns.ts';

// Node 24.5 and later have Web Locks.
const withLocks = test.runIf(globalThis.navigator?.locks !== undefined);

withLocks('one tab at a time changes a cookie, even if one fails', async () => {
  const steps: string[] = [];
  let release = () => {};
  const first = takeTurn('/token', async () => {
    steps.push('first begins');
    await new Promise<void>((resolve) => (release = resolve));
    steps.push('first ends');
    throw new Error('first');
  });
  await expect.poll(() => steps).toEqual(['first begins']);
  const second = takeTurn('/token', async () => steps.push('second'));
  const other = await takeTurn('/other', async () => 'another cookie does not wait');
  expect([other, steps]).toEqual(['another cookie does not wait', ['first begins']]);
  release();
  await expect(first).rejects.toThrow('first');
  await second;
  expect(steps).toEqual(['first begins', 'first ends', 'second']);
});

withLocks('the wait for a lock is limited', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
  let release = () => {};
  const hanging = navigator.locks.request('torii /hangs', () => new Promise<void>((resolve) => (release = resolve)));
  expect(await takeTurn('/hangs', async () => 'done')).toBe('done');
  release();
  await hanging;
  vi.restoreAllMocks();
});

test('without locks, or if they are forbidden, the work runs at once', async () => {
  for (const locks of [undefined, { request: () => Promise.reject(new DOMException('', 'SecurityError')) }]) {
    vi.stubGlobal('navigator', { locks });
    expect(await takeTurn('/token', async () => 'done')).toBe('done');
    await expect(takeTurn('/token', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  }
  vi.unstubAllGlobals();
});
