import { expect, test } from 'vitest';
import { Schedule } from '../src/world/schedule.ts';

const never = (): boolean => false;

test('runs actions by their time, and those of one time in the order of their scheduling', async () => {
  const schedule = new Schedule();
  const ran: string[] = [];
  for (const [atMs, name] of [
    [20, 'c'],
    [10, 'a'],
    [20, 'd'],
    [10, 'b'],
  ] as const) {
    schedule.at(atMs, () => ran.push(`${name} ${schedule.nowMs}`));
  }
  schedule.at(10, () => schedule.after(0, () => ran.push(`added ${schedule.nowMs}`)));
  await schedule.runUntil(100, never);
  expect(ran).toEqual(['a 10', 'b 10', 'added 10', 'c 20', 'd 20']);
  expect(schedule.nowMs).toBe(100);
});

test('keeps the order of many actions, of which some are canceled', async () => {
  const schedule = new Schedule();
  const ran: number[] = [];
  const times = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 1009);
  for (const [i, atMs] of times.entries()) {
    const scheduled = schedule.at(atMs, () => ran.push(atMs));
    if (i % 3 === 0) scheduled.cancel();
  }
  await schedule.runUntil(2000, never);
  expect(ran).toEqual(times.filter((_, i) => i % 3 !== 0).sort((a, b) => a - b));
});

test('settles all promises before the next action, also a long chain', async () => {
  const schedule = new Schedule();
  const ran: string[] = [];
  schedule.at(1, async () => {
    for (let i = 0; i < 200; i++) await undefined;
    ran.push('chain');
  });
  schedule.at(1, () => ran.push('next'));
  await schedule.runUntil(1, never);
  expect(ran).toEqual(['chain', 'next']);
});

test('runs actions at the end of the time, but none after it', async () => {
  const schedule = new Schedule();
  const ran: number[] = [];
  for (const atMs of [99, 100, 101]) schedule.at(atMs, () => ran.push(atMs));
  await schedule.runUntil(100, never);
  expect(ran).toEqual([99, 100]);
  await schedule.runUntil(200, never);
  expect(ran).toEqual([99, 100, 101]);
});

test('stops at once when it is over, and keeps the time', async () => {
  const schedule = new Schedule();
  let isOver = false;
  schedule.at(5, () => {
    isOver = true;
  });
  schedule.at(5, () => expect.unreachable());
  await schedule.runUntil(100, () => isOver);
  expect(schedule.nowMs).toBe(5);
});

test('rejects with what an action throws, and can go on after it', async () => {
  const schedule = new Schedule();
  schedule.at(5, () => {
    throw new Error('a mistake');
  });
  await expect(schedule.runUntil(100, never)).rejects.toThrow('a mistake');
  await schedule.runUntil(100, never);
  expect(schedule.nowMs).toBe(100);
});

test('rejects if actions never let the time move', async () => {
  const schedule = new Schedule(1000);
  const again = (): void => void schedule.after(0, again);
  schedule.at(5, again);
  await expect(schedule.runUntil(100, never)).rejects.toThrow('at one virtual moment');
});
