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
  if (retryAfter === undefined || retryAfter.length > 1000) return 0;
  const text = retryAfter.replace(/^[ \t]+|[ \t]+$/g, '');
  if (/^\d+$/.test(text)) return Number(text);
  const time = timeOf(text);
  return time === undefined ? 0 : Math.max(0, (time - Date.now()) / 1000);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// The three forms of an HTTP date (RFC 9110 section 5.6.7). Date.parse also accepts other texts, and reads the third form
// in the local time zone.
const dateForms = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>\d\d| \d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/,
];

function timeOf(text: string): number | undefined {
  for (const form of dateForms) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const { day = '', month = '', year = '', time = '' } = parts;
    const date = `${String(months.indexOf(month) + 1).padStart(2, '0')}-${day.trim().padStart(2, '0')}`;
    const fullYear = year.length === 4 ? year : fourDigits(year);
    const iso = `${fullYear}-${date}T${time}.000Z`;
    const ms = Date.parse(iso);
    // Date.parse reads 30 February as 1 or 2 March instead of rejecting it.
    return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : ms;
  }
  return undefined;
}

/** A year with two digits is at most 50 years in the future. */
function fourDigits(year: string): string {
  const now = new Date().getUTCFullYear();
  const full = Math.floor(now / 100) * 100 + Number(year);
  return String(full > now + 50 ? full - 100 : full);
}
