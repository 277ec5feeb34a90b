/** A message from a benchmark to the program that started it. */
export interface Progress {
  readonly what: string;
  /** The finished part, from 0 to 1. */
  readonly share: number;
}

let [steps, done, current] = [1, -1, ''];

/** Sets the number of measurements of this benchmark, for the progress bar. */
export function announceSteps(count: number): void {
  steps = count;
}

/** Reports the progress of a measurement. A new `what` starts the next measurement. */
export function tellProgress(what: string, share: number): void {
  if (what !== current) [current, done] = [what, done + 1];
  process.send?.({ what, share: Math.min(1, (done + share) / steps) } satisfies Progress);
}
