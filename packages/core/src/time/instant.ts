/** A moment, measured by the wall clock and by the monotonic clock. */
export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/**
 * Milliseconds since a moment, by the clock that shows more. The wall clock can be set back, which would keep a withdrawn
 * key in use. The monotonic clock can stop while the machine sleeps. An age that is too high only causes an early refresh.
 */
export function elapsedMs(since: Instant): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
