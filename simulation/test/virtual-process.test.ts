import { expect, test } from 'vitest';
import { epochMs } from '../src/world/virtual-process.ts';
import { createBareWorld } from './bare-world.ts';

const frozen = { stopsSteadyClock: false };
const asleep = { stopsSteadyClock: true };

test.each([
  [0, 1],
  [-5, 1],
  [Number.NaN, 1],
  [2_147_483_648, 1],
  [1.9, 1],
  [2, 2],
  [1000.5, 1000],
])('a timer of %d ms fires after %d ms, as in Node', async (ms, after) => {
  const { world, platformOf } = createBareWorld();
  const fired: number[] = [];
  platformOf(world.startProcess('p')).startTimer(() => fired.push(world.nowMs), ms);
  await world.runUntil(5000);
  expect(fired).toEqual([after]);
});

test('a stopped timer does not fire, and is no longer counted', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const { startTimer, stopTimer } = platformOf(process);
  const [first, second] = [startTimer(() => expect.unreachable(), 10), startTimer(() => stopTimer(first), 10)];
  world.schedule.at(5, () => stopTimer(first));
  expect(process.timers).toBe(2);
  await world.runUntil(20);
  expect(process.timers).toBe(0);
  stopTimer(second);
  stopTimer(undefined);
  expect(process.timers).toBe(0);
});

test('after a freeze, runs the timers that are due in their order, then what the network brought', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const { startTimer } = platformOf(process);
  const ran: string[] = [];
  const note = (what: string) => (): void => void ran.push(`${what} ${world.nowMs}`);
  startTimer(note('late timer'), 600);
  startTimer(note('timer'), 200);
  startTimer(note('timer after the freeze'), 1500);
  world.schedule.at(100, () => process.freeze(frozen));
  world.schedule.at(150, () => process.deliver(note('answer')));
  // This answer arrives at the same moment as the thaw, and was scheduled before it.
  world.schedule.at(1000, () => process.thaw());
  world.schedule.at(1000, () => process.deliver(note('answer at the thaw')));
  await world.runUntil(2000);
  expect(ran).toEqual([
    'timer 1000',
    'late timer 1000',
    'answer 1000',
    'answer at the thaw 1000',
    'timer after the freeze 1500',
  ]);
});

test('settles promises between two timers that a freeze held back', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const ran: string[] = [];
  const { startTimer } = platformOf(process);
  startTimer(() => void Promise.resolve().then(() => ran.push('promise')), 10);
  startTimer(() => ran.push('second'), 20);
  process.freeze(frozen);
  world.schedule.at(100, () => process.thaw());
  await world.runUntil(200);
  expect(ran).toEqual(['promise', 'second']);
});

test('a process that freezes again at once keeps the order of what it has not run yet', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const ran: string[] = [];
  platformOf(process).startTimer(() => ran.push('timer'), 50);
  platformOf(process).startTimer(() => ran.push('later timer'), 150);
  process.freeze(frozen);
  world.schedule.at(10, () => process.deliver(() => ran.push('answer')));
  world.schedule.at(100, () => {
    process.thaw();
    process.freeze(frozen);
  });
  world.schedule.at(200, () => process.thaw());
  await world.runUntil(300);
  expect(ran).toEqual(['timer', 'later timer', 'answer']);
});

test('a sleep that stops the steady clock postpones timers, but not the wall clock', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const { startTimer, steadyMs, wallMs } = platformOf(process);
  const fired: number[] = [];
  startTimer(() => fired.push(world.nowMs), 300);
  startTimer(() => fired.push(world.nowMs), 5000);
  world.schedule.at(100, () => process.freeze(asleep));
  world.schedule.at(1100, () => process.thaw());
  await world.runUntil(10_000);
  expect(fired).toEqual([1300, 6000]);
  expect([steadyMs(), wallMs() - epochMs]).toEqual([9000, 10_000]);
});

test('a timer that is stopped before the thaw does not fire after it', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const { startTimer, stopTimer } = platformOf(process);
  startTimer(() => stopTimer(second), 10);
  const second = startTimer(() => expect.unreachable(), 20);
  process.freeze(frozen);
  world.schedule.at(100, () => process.thaw());
  await world.runUntil(200);
  expect(process.timers).toBe(0);
});

test('clocks run ahead, drift, and are set', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p', { aheadMs: 500, driftPpm: 100 });
  const { startTimer, wallMs, steadyMs } = platformOf(process);
  const fired: number[] = [];
  startTimer(() => fired.push(world.nowMs), 1_000_000);
  await world.runUntil(1_000_000);
  expect([wallMs() - epochMs, steadyMs()]).toEqual([1_000_600, 1_000_100]);
  expect(fired).toEqual([999_900]);
  process.setWallClock(-60_000);
  expect([wallMs() - epochMs, steadyMs()]).toEqual([940_600, 1_000_100]);
});

test('nothing of a process runs after its crash', async () => {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  world.network.addServer('https://s.test', () => ({ status: 200, body: '' }));
  const { startTimer, platformFetch, nextTurn } = platformOf(process);
  const unreachable = (): never => expect.unreachable();
  startTimer(unreachable, 10);
  nextTurn(unreachable);
  void platformFetch('https://s.test/').then(unreachable, unreachable);
  process.freeze(frozen);
  process.deliver(unreachable);
  process.crash();
  process.thaw();
  process.deliver(unreachable);
  await world.runUntil(1000);
  expect(process.isDead).toBe(true);
  expect(world.violation).toBeUndefined();
});

test('the next turn comes before a timer, at the same virtual moment', async () => {
  const { world, platformOf } = createBareWorld();
  const { startTimer, nextTurn } = platformOf(world.startProcess('p'));
  const ran: string[] = [];
  startTimer(() => ran.push('timer'), 0);
  nextTurn(() => ran.push(`turn ${world.nowMs}`));
  await world.runUntil(10);
  expect(ran).toEqual(['turn 0', 'timer']);
});

test('a timer that throws would end the process: statement 38', async () => {
  const { world, platformOf } = createBareWorld();
  platformOf(world.startProcess('p')).startTimer(() => {
    throw new Error('broken');
  }, 10);
  await world.runUntil(100);
  expect(world.violation).toMatchObject({ statement: 38, atMs: 10 });
});

test('two processes of one world have different random numbers, and two worlds of one seed the same', () => {
  const numbers = (name: string): readonly unknown[] => {
    const { world, platformOf } = createBareWorld();
    const { random, randomId } = platformOf(world.startProcess(name));
    return [random(), random(), randomId()];
  };
  expect(numbers('p0')).toEqual(numbers('p0'));
  expect(numbers('p0')).not.toEqual(numbers('p1'));
});
