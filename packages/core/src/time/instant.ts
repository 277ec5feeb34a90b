/** A moment, by two clocks. */
export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantNow(): Instant {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/**
 * Milliseconds since a moment, by the clock that says more. The wall clock may be set back, which would keep a withdrawn
 * key alive; the steady clock may stand still while a machine sleeps. Too old is the safe mistake to make.
 */
export function elapsedMs(since: Instant): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
