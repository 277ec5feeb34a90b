export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/** By the larger of two clocks: the wall clock can be set back, and the monotonic clock can stop during sleep. */
export function elapsedMs(since: Instant): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
