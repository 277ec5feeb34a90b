/** A moment by both clocks of the page. */
export interface Moment {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function momentNow(): Moment {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/** Milliseconds since `since`, by the clock that shows more: the wall clock can be set back, and the other one can stop in a sleep. */
export function elapsedMs(since: Moment): number {
  return Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);
}
