export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/**
 * Milliseconds since `since`, by the clock that shows more: the wall clock can be set back, and the monotonic clock can stop
 * while the machine sleeps.
 */
export function elapsedMs(since: Instant): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
