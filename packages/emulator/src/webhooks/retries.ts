/** Seconds between one attempt and the next. Standard Webhooks' own schedule takes days, which nobody has who develops. */
export const defaultRetrySeconds: readonly number[] = [1, 5, 30, 120, 600, 3600];

/** By how much an interval may be shorter: what failed together does not come back together. */
const jitter = 0.2;

/**
 * Milliseconds until the next attempt, or undefined where there is none left.
 *
 * @param tries how many there have been
 * @param retryAfter the header of the answer, which can make it later, but not later than the schedule's longest interval
 */
export function retryDelayMs(
  tries: number,
  retrySeconds: readonly number[],
  retryAfter: string | undefined,
): number | undefined {
  const seconds = retrySeconds[tries - 1];
  if (seconds === undefined) return undefined;
  const asked = Math.min(secondsOf(retryAfter), Math.max(...retrySeconds));
  return Math.max(seconds * (1 - jitter * Math.random()), asked) * 1000;
}

/** RFC 9110, 10.2.3: seconds, or a date by the clock of the machine. What is neither counts as none. */
function secondsOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const seconds = (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}
