import { afterEach, expect, test, vi } from 'vitest';
import { afterMicrotasks, nextTurn, startBackupTimer } from '../../src/platform.ts';
import { startBackupTimer as startInWorkers } from '../../src/time/backup-timer.workerd.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a backup timer fires although a test library has replaced all timers', async () => {
  vi.useFakeTimers();
  await new Promise<void>((resolve) => startBackupTimer(resolve, 1));
  expect(vi.getTimerCount()).toBe(0);
});

test('a backup timer that was stopped does not fire', async () => {
  let fired = 0;
  startBackupTimer(() => fired++, 1)();
  await new Promise<void>((resolve) => startBackupTimer(resolve, 2));
  expect(fired).toBe(0);
});

test('in Workers, a backup timer does nothing, and can be stopped', async () => {
  let fired = 0;
  const stop = startInWorkers(() => fired++, 1);
  await new Promise<void>((resolve) => startBackupTimer(resolve, 2));
  stop();
  expect(fired).toBe(0);
});

test('`nextTurn` waits for the microtasks of this turn', async () => {
  const order: string[] = [];
  const over = new Promise<void>((resolve) =>
    nextTurn(() => {
      order.push('turn');
      resolve();
    }),
  );
  Promise.resolve()
    .then(() => {})
    .then(() => order.push('microtasks'));
  await over;
  expect(order).toEqual(['microtasks', 'turn']);
});

test('`afterMicrotasks` waits for the microtasks that a callback of the event loop leaves, and not for the next callback', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      afterMicrotasks(() => order.push('after'));
      let promise = Promise.resolve();
      for (let i = 0; i < 9; i++) promise = promise.then(() => {});
      promise.then(() => order.push('microtasks'));
    });
    setImmediate(() => {
      order.push('next callback');
      resolve();
    });
  });
  expect(order).toEqual(['microtasks', 'after', 'next callback']);
});
