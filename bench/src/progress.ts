/** What a benchmark tells the program that started it. */
export interface Progress {
  readonly what: string;
  /** Between 0 and 1. */
  readonly share: number;
}

let [steps, done, current] = [1, -1, ''];

/** Says of how many measurements a benchmark consists, so that its progress can be shown. */
export function announceSteps(count: number): void {
  steps = count;
}

/** Tells how far a measurement has come. */
export function tellProgress(what: string, share: number): void {
  if (what !== current) [current, done] = [what, done + 1];
  process.send?.({ what, share: Math.min(1, (done + share) / steps) } satisfies Progress);
}
