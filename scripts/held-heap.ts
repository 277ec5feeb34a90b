// Measures the memory that callers make an object hold, in a separate process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Runs a program that calls `reportHeldHeap`, and returns the bytes that it reported. */
export async function heldHeapOf(program: string, ...args: readonly string[]): Promise<number> {
  const child = fork(program, args, { execArgv: ['--expose-gc', '--conditions=@torii/source'] });
  const ended = once(child, 'exit');
  const [bytes] = await Promise.race([once(child, 'message'), ended.then(() => [])]);
  await ended;
  if (typeof bytes !== 'number') throw new Error(`${program} ended without a measurement.`);
  return bytes;
}

/** Keeps the measured objects alive until the process ends. */
const kept = new Set<unknown>();

/** Reports how much memory `use` makes an object hold. What the object held before is not counted. */
export async function reportHeldHeap<T>(object: T, use: (object: T) => unknown): Promise<void> {
  kept.add(object);
  const before = await measureHeap();
  await use(object);
  const after = await measureHeap();
  process.send?.(after - before);
}

async function measureHeap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
