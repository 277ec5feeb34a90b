import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { raceDeadline } from '../src/time/deadline.ts';

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
const hanging = (): Promise<never> => new Promise(() => {});
const late = (): string => 'late';

beforeEach(() => {
  unhandled.length = 0;
  globalThis.process?.on('unhandledRejection', note);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  globalThis.process?.off('unhandledRejection', note);
});

/** Waits until Node has reported unhandled rejections. */
async function nextTurn(): Promise<void> {
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve));
}

/** A signal that counts its listeners. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    if (args[0] === 'abort') listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    if (args[0] === 'abort') listeners--;
    removeEventListener.apply(signal, args);
  };
  return { controller, signal, listeners: () => listeners };
}

describe('work that finishes in time', () => {
  test('returns its value, and leaves no timer and no listener', async () => {
    const { signal, listeners } = countedSignal();
    const racing = raceDeadline(Promise.resolve('done'), 1_000, late, signal);
    expect([vi.getTimerCount(), listeners()]).toEqual([1, 1]);
    expect(await racing).toBe('done');
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test('rejects with its own error, and leaves no timer and no listener', async () => {
    const { signal, listeners } = countedSignal();
    const error = new Error('broken');
    await expect(raceDeadline(Promise.reject(error), 1_000, late, signal)).rejects.toBe(error);
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test('never calls `late`', async () => {
    const never = vi.fn();
    await raceDeadline(Promise.resolve(), 1_000, never);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(never).not.toHaveBeenCalled();
  });

  test('settles the race even if no timer ever fires, as with fake timers', async () => {
    let resolve = (_value: string): void => {};
    const work = new Promise<string>((done) => {
      resolve = done;
    });
    const racing = raceDeadline(work, 1_000, late);
    resolve('done');
    expect(await racing).toBe('done');
  });
});

describe('work that is late', () => {
  test('returns the result of `late`, exactly at the timeout, and calls it once', async () => {
    const outcome = vi.fn();
    const decide = vi.fn(late);
    void raceDeadline(hanging(), 1_000, decide).then(outcome);
    await vi.advanceTimersByTimeAsync(999);
    expect(outcome).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome.mock.calls).toEqual([['late']]);
    expect(decide).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('rejects with what `late` throws', async () => {
    const error = new Error('late');
    const racing = raceDeadline(hanging(), 1_000, () => {
      throw error;
    });
    const outcome = expect(racing).rejects.toBe(error);
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
  });

  test('can reject after the race without an unhandled rejection', async () => {
    let reject = (_error: Error): void => {};
    const work = new Promise<never>((_, fail) => {
      reject = fail;
    });
    const racing = raceDeadline(work, 1_000, late);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await racing).toBe('late');
    reject(new Error('later still'));
    await nextTurn();
    expect(unhandled).toEqual([]);
  });

  test('rejects with what `late` throws, not with the abort error, if `late` aborts the work', async () => {
    const abort = new AbortController();
    const work = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason));
    });
    const racing = raceDeadline(work, 1_000, () => {
      abort.abort();
      throw new RangeError('late');
    });
    const outcome = expect(racing).rejects.toBeInstanceOf(RangeError);
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    await nextTurn();
    expect(unhandled).toEqual([]);
  });

  test('each caller has its own timer', async () => {
    const work = hanging();
    const outcomes: string[] = [];
    void raceDeadline(work, 1_000, () => outcomes.push('first'));
    void raceDeadline(work, 2_000, () => outcomes.push('second'));
    expect(vi.getTimerCount()).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outcomes).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outcomes).toEqual(['first', 'second']);
  });

  test('a negative timeout counts as late, and does not wait forever', async () => {
    const racing = raceDeadline(hanging(), -5, late);
    await vi.advanceTimersByTimeAsync(1);
    expect(await racing).toBe('late');
  });
});

describe('a signal', () => {
  test('ends the race immediately, and leaves no timer and no listener', async () => {
    const { controller, signal, listeners } = countedSignal();
    const racing = raceDeadline(hanging(), 1_000, late, signal);
    controller.abort();
    expect(await racing).toBe('late');
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test('that is already aborted ends the race immediately, and leaves no timer and no listener', async () => {
    const { controller, signal, listeners } = countedSignal();
    controller.abort();
    expect(await raceDeadline(hanging(), 1_000, late, signal)).toBe('late');
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test('that is aborted does not leave the rejection of the work unhandled', async () => {
    expect(await raceDeadline(hanging(), 1_000, late, AbortSignal.abort())).toBe('late');
    await raceDeadline(Promise.reject(new Error('broken')), 1_000, late, AbortSignal.abort()).catch(() => {});
    await nextTurn();
    expect(unhandled).toEqual([]);
  });

  test('that is aborted after the work is done changes nothing', async () => {
    const controller = new AbortController();
    const never = vi.fn();
    expect(await raceDeadline(Promise.resolve('done'), 1_000, never, controller.signal)).toBe('done');
    controller.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(never).not.toHaveBeenCalled();
  });
});
