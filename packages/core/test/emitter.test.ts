import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emitterFor, silent } from '../src/emitter.ts';

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  globalThis.process?.on('unhandledRejection', note);
});
afterEach(() => {
  globalThis.process?.off('unhandledRejection', note);
});

/** Waits until Node has reported unhandled rejections. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

test('calls the listener synchronously with the event', () => {
  const listener = vi.fn();
  const event = { type: 'verified' };
  emitterFor(listener)(event);
  expect(listener.mock.calls).toEqual([[event]]);
  expect(listener.mock.calls[0]?.[0]).toBe(event);
});

test('without a listener, returns `silent`, which does nothing', () => {
  expect(emitterFor(undefined)).toBe(silent);
  expect(silent()).toBeUndefined();
});

test.each<[string, () => unknown]>([
  ['an error', () => new Error('broken')],
  ['undefined', () => undefined],
  ['a promise that rejects', () => rejected()],
])('ignores a listener that throws %s', async (_name, thrown) => {
  const emit = emitterFor(() => {
    throw thrown();
  });
  expect(() => emit({})).not.toThrow();
  await nextTurn();
  expect(unhandled).toEqual([]);
});

function rejected(): Promise<never> {
  const promise = Promise.reject(new Error('late'));
  promise.catch(() => {});
  return promise;
}

const hostileThen = Object.defineProperty({}, 'then', {
  get() {
    throw new Error('hostile');
  },
});

test.each<[string, () => unknown]>([
  ['a rejected promise', () => Promise.reject(new Error('late'))],
  ['a promise that rejects later', async () => Promise.resolve().then(() => Promise.reject(new Error('later')))],
  ['an object that rejects like a promise', () => thenable((_resolve, reject) => reject(new Error('late')))],
  [
    'a function that rejects like a promise',
    () =>
      Object.assign(
        () => {},
        thenable((_, reject) => reject(1)),
      ),
  ],
  [
    'an object whose `then` throws',
    () =>
      thenable(() => {
        throw new Error('broken');
      }),
  ],
  ['an object whose `then` cannot be read', () => hostileThen],
  [
    'an object that resolves with a rejected promise',
    () => thenable((resolve) => resolve(Promise.reject(new Error()))),
  ],
  ['an object that never settles', () => thenable(() => {})],
  ['null', () => null],
  ['a number', () => 1],
  ['a symbol', () => Symbol('x')],
])('leaves no unhandled rejection after a listener returns %s', async (_name, listener) => {
  const emit = emitterFor(listener);
  expect(() => emit({})).not.toThrow();
  await nextTurn();
  expect(unhandled).toEqual([]);
});

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void;

function thenable(callbacks: Then): object {
  return Object.fromEntries([['then', callbacks]]);
}

test('a listener that fails once is called for the next event', () => {
  const events: number[] = [];
  const emit = emitterFor((event: number) => {
    events.push(event);
    throw new Error('broken');
  });
  emit(1);
  emit(2);
  expect(events).toEqual([1, 2]);
});
