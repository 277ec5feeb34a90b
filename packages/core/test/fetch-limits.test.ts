import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Crowd } from '../src/keys/crowd.ts';
import { FetchBudget } from '../src/keys/fetch-budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
  // Without it, only the fake clock ends a pause. See `pause`.
  vi.stubGlobal('Atomics', {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('[4] the budget of fetches', () => {
  const takeAll = (budget: FetchBudget): number => {
    let taken = 0;
    while (budget.take()) taken++;
    return taken;
  };

  test('allows three at once, and then one every eight seconds, to the millisecond', async () => {
    const budget = new FetchBudget();
    expect([budget.waitMs(), takeAll(budget), budget.waitMs()]).toEqual([0, 3, 8_000]);
    for (let period = 0; period < 3; period++) {
      await pass(7_999);
      expect([budget.waitMs(), takeAll(budget)]).toEqual([1, 0]);
      await pass(1);
      expect([budget.waitMs(), takeAll(budget)]).toEqual([0, 1]);
    }
  });

  test('refills one for each whole period, up to three', async () => {
    const budget = new FetchBudget();
    for (const [ms, gained] of [
      [16_000, 2],
      [23_999, 2],
      [24_000, 3],
      [3_600_000, 3],
    ] as const) {
      takeAll(budget);
      await pass(ms);
      expect(takeAll(budget)).toBe(gained);
    }
  });

  test('is not refilled by the time during which it was full', async () => {
    const budget = new FetchBudget();
    await pass(7_999);
    expect(takeAll(budget)).toBe(3);
    await pass(7_999);
    expect(takeAll(budget)).toBe(0);
    await pass(1);
    expect(takeAll(budget)).toBe(1);
  });

  test('is refilled while it is not full, also between fetches', async () => {
    const budget = new FetchBudget();
    expect(budget.take()).toBe(true);
    await pass(4_000);
    expect(budget.take()).toBe(true);
    await pass(4_000);
    expect(takeAll(budget)).toBe(2);
  });
});

describe('[4] a crowd of requests with unknown keys', () => {
  /** Whether the crowd was small, for each request that has been told. */
  function ask(crowd: Crowd, count: number): boolean[] {
    const told: boolean[] = [];
    for (let n = 0; n < count; n++) void crowd.isSmall().then((isSmall) => told.push(isSmall));
    return told;
  }

  test('is small up to eight, which is known after 200 milliseconds', async () => {
    const told = ask(new Crowd(), 8);
    await pass(199);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual(Array(8).fill(true));
  });

  test('is large with nine: the ninth is told at once, and the others when the period ends', async () => {
    const crowd = new Crowd();
    const first = ask(crowd, 8);
    await pass(150);
    const ninth = ask(crowd, 1);
    await pass(0);
    expect([first, ninth]).toEqual([[], [false]]);
    await pass(50);
    expect(first).toEqual(Array(8).fill(false));
  });

  test('is counted for each period alone, which begins with its first request', async () => {
    const crowd = new Crowd();
    await pass(190);
    const first = ask(crowd, 5);
    await pass(199);
    const last = ask(crowd, 3);
    await pass(1);
    const next = ask(crowd, 8);
    await pass(200);
    expect([first, last, next]).toEqual([Array(5).fill(true), Array(3).fill(true), Array(8).fill(true)]);
  });
});
