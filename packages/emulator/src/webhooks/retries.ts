/**
 * The seconds between attempts to deliver an event. Shorter than the schedule of Standard Webhooks, which takes days.
 */
export const defaultRetrySeconds: readonly number[] = [1, 5, 30, 120, 600, 3600];

/** Each wait is shortened at random by up to this fraction, so that failed deliveries are not all retried at once. */
const jitter = 0.2;

/**
 * Returns the milliseconds until the next attempt, or `undefined` if no attempt is left.
 *
 * @param tries the number of attempts so far
 * @param retryAfter the Retry-After header; it can lengthen the wait, up to the longest wait of the schedule
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

/** Parses Retry-After (RFC 9110 section 10.2.3): seconds or an HTTP date. Returns 0 if it is missing or invalid. */
function secondsOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const seconds = (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}
