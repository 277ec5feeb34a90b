import { onAbort, pause } from '@torii/core/internal';
import { expect, test, vi } from 'vitest';

function watch(signal: AbortSignal): { readonly listeners: number } {
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  return {
    get listeners() {
      return added.mock.calls.length - removed.mock.calls.length;
    },
  };
}

test('a thousand callbacks need one listener, and none is left when they are removed', () => {
  const { signal } = new AbortController();
  const watched = watch(signal);
  for (let round = 0; round < 3; round++) {
    const removals = Array.from({ length: 1_000 }, () => onAbort(signal, () => {}));
    expect(watched.listeners).toBe(1);
    for (const remove of removals) remove();
    expect(watched.listeners).toBe(0);
  }
});

test('calls every callback that was not removed, once', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  const removeFirst = onAbort(controller.signal, () => calls.push('first'));
  const same = (): void => void calls.push('same');
  const removeOne = onAbort(controller.signal, same);
  onAbort(controller.signal, same);
  const removeLast = onAbort(controller.signal, () => calls.push('last'));
  removeFirst();
  removeOne();
  removeOne();
  controller.abort();
  controller.abort();
  removeLast();
  expect(calls).toEqual(['same', 'last']);
});

test('calls the callback at once if the signal is already aborted', () => {
  const signal = AbortSignal.abort();
  const watched = watch(signal);
  const callback = vi.fn();
  onAbort(signal, callback)();
  expect(callback).toHaveBeenCalledTimes(1);
  expect(watched.listeners).toBe(0);
});

test('a callback can add and remove others while the signal is being aborted', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const calls: string[] = [];
  onAbort(signal, () => {
    calls.push('first');
    removeSecond();
    onAbort(signal, () => calls.push('added'));
  });
  const removeSecond = onAbort(signal, () => calls.push('second'));
  const watched = watch(signal);
  controller.abort();
  expect(calls).toEqual(['first', 'added']);
  expect(watched.listeners).toBeLessThanOrEqual(0);
});

test('signals do not share callbacks', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const callback = vi.fn();
  onAbort(one.signal, callback);
  other.abort();
  expect(callback).not.toHaveBeenCalled();
});

test('[36] a pause that is aborted leaves no wait behind', async () => {
  const waits: unknown[] = [];
  const waitAsync: (...args: unknown[]) => { readonly value: unknown } = Reflect.get(Atomics, 'waitAsync');
  vi.spyOn(Atomics as { waitAsync?: typeof waitAsync }, 'waitAsync').mockImplementation((...args) => {
    const wait = waitAsync(...args);
    waits.push(wait.value);
    return wait;
  });
  const controller = new AbortController();
  const done = pause(8_000, controller.signal);
  controller.abort();
  await done;
  expect(await Promise.all(waits)).toEqual(['ok']);
});
