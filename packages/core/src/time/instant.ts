import { steadyMs, wallMs } from '../platform.ts';

// In edge runtimes, the clock of one request can be a little behind that of another.
const toleranceMs = 1_000;

export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: wallMs(), steadyMs: steadyMs() };
}

/**
 * Milliseconds since `since`, by the clock that shows more: the wall clock can be set back, and the monotonic clock can stop
 * while the machine sleeps. Infinity if both clocks were set back, as when a test ends its fake timers: an age is then unknown,
 * and a wait must not last until the clocks have caught up.
 */
export function elapsedMs(since: Instant): number {
  const ms = Math.max(wallMs() - since.wallMs, steadyMs() - since.steadyMs);
  return ms < -toleranceMs ? Infinity : ms;
}
