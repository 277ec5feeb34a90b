import { vi } from 'vitest';

const share = 0.02;

/**
 * Ends the wait for a memory cell, which ends a pause if the timers are fake, after a fiftieth of its time. Until
 * `vi.unstubAllGlobals()`. Other tests of fake timers wait for the whole time.
 */
export function shortenBackupWaits(): void {
  const { waitAsync }: { waitAsync?: (...given: [...unknown[], ms: number]) => unknown } & Atomics = Atomics;
  if (waitAsync === undefined) throw new Error('The test needs Atomics.waitAsync.');
  const short = (cell: unknown, index: unknown, value: unknown, ms: number): unknown =>
    Reflect.apply(waitAsync, Atomics, [cell, index, value, ms * share]);
  vi.stubGlobal('Atomics', Object.create(Atomics, { waitAsync: { value: short } }));
}
