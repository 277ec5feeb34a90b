export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/** Milliseconds passed, by the larger of two clocks: the wall clock can be set back, the monotonic clock can stop in sleep. */
export function elapsedMs(since: Instant): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
