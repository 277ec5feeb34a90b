import { expect, test, vi } from 'vitest';
import { pause } from '../../src/time/pause.ts';

test('[36] an aborted wait does not keep its memory until its time is over', async () => {
  const waitAsync: unknown = Reflect.get(Atomics, 'waitAsync');
  if (typeof waitAsync !== 'function') throw new Error('The test needs Atomics.waitAsync.');
  const waits: unknown[] = [];
  const recorded = (...given: unknown[]): unknown => {
    const wait: { readonly value: unknown } = Reflect.apply(waitAsync, Atomics, given);
    waits.push(wait.value);
    return wait;
  };
  vi.stubGlobal('Atomics', Object.create(Atomics, { waitAsync: { value: recorded } }));
  const stop = new AbortController();
  const waiting = pause(600_000, stop.signal);
  stop.abort();
  await waiting;
  vi.unstubAllGlobals();
  expect(await Promise.all(waits)).toEqual(['ok']);
});
