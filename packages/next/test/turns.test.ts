import { expect, test, vi } from 'vitest';
import { takeTurn } from '../src/browser/turns.ts';

// Node has the browser's locks, from 24.5 on.
const withLocks = test.runIf(globalThis.navigator?.locks !== undefined);

withLocks('one at a time changes the cookie, whoever fails', async () => {
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
  const elsewhere = await takeTurn('/other', async () => 'another cookie waits for nobody');
  expect([elsewhere, steps]).toEqual(['another cookie waits for nobody', ['first begins']]);
  release();
  await expect(first).rejects.toThrow('first');
  await second;
  expect(steps).toEqual(['first begins', 'first ends', 'second']);
});

withLocks('a turn that does not come is not waited for without end', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
  let release = () => {};
  const hanging = navigator.locks.request('torii /hangs', () => new Promise<void>((resolve) => (release = resolve)));
  expect(await takeTurn('/hangs', async () => 'done')).toBe('done');
  release();
  await hanging;
  vi.restoreAllMocks();
});

test('where there are no locks, or none may be had, it is done at once', async () => {
  for (const locks of [undefined, { request: () => Promise.reject(new DOMException('', 'SecurityError')) }]) {
    vi.stubGlobal('navigator', { locks });
    expect(await takeTurn('/token', async () => 'done')).toBe('done');
    await expect(takeTurn('/token', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  }
  vi.unstubAllGlobals();
});
