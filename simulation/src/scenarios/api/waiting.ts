import type { VirtualProcess } from '../../world/virtual-process.ts';

/** The latest time at which a process does what it planned for a time: at that time, or when it is thawed. */
export function latestMs(process: VirtualProcess, plannedMs: number): number {
  let latest = plannedMs;
  // A freeze at that very moment may come before.
  for (const { fromMs, untilMs } of process.freezes) if (fromMs <= latest && latest < untilMs) latest = untilMs;
  return latest;
}

/** Timers have whole milliseconds, and clocks drift by at most 200 millionths. */
export function slackMs(waitMs: number): number {
  return 1.01 + waitMs * 0.000_2;
}
