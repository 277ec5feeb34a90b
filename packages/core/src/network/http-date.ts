import { wallMs } from '../platform.ts';

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const month = `(?<month>${months})`;
// 60 is a leap second.
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`;
const weekday = '(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)';

// RFC 9110 5.6.7: the form that senders use today, and two older ones that every recipient must accept. Case matters.
const forms = [
  String.raw`${weekday}, (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT`,
  String.raw`(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT`,
  String.raw`${weekday} ${month} (?<day>\d\d| \d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * The time of an HTTP date (RFC 9110 5.6.7) in milliseconds, or `undefined` if the text is not an HTTP date. `Date.parse`
 * accepts many other forms, and reads some of them in the time zone of the machine.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const groups = forms.map((form) => form.exec(text)?.groups).find((each) => each !== undefined);
  if (groups === undefined) return undefined;
  const { year = '' } = groups;
  if (year.length === 4) return instantOf(Number(year), groups);
  // A two-digit year is the latest that is not more than 50 years in the future.
  const now = new Date(nowMs);
  const latestMs = new Date(nowMs).setUTCFullYear(now.getUTCFullYear() + 50);
  const century = Math.floor(now.getUTCFullYear() / 100) * 100;
  return [century + 100, century, century - 100]
    .map((base) => instantOf(base + Number(year), groups))
    .find((ms) => ms !== undefined && ms <= latestMs);
}

function instantOf(year: number, groups: Readonly<Record<string, string>>): number | undefined {
  const { day, month = '', hour, minute, second } = groups;
  const date = new Date(0);
  // Not `Date.UTC`, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, months.indexOf(month) / 4, Number(day));
  // JavaScript reads 31 April as 1 May.
  return date.getUTCDate() === Number(day) ? date.setUTCHours(Number(hour), Number(minute), Number(second)) : undefined;
}

/** The longest wait that `Retry-After` can ask for: one day. */
const maxSeconds = 86_400;

/**
 * The seconds that a `Retry-After` header asks to wait (RFC 9110 10.2.3): a whole number from 1 to 86,400. `null` if the
 * header is absent, invalid, zero or a date that has passed. A date is compared with the `Date` header of the same response,
 * because the clocks of two machines differ, or with this machine's clock if there is no such header.
 */
export function readRetryAfter(
  retryAfter: string | null,
  date: string | null,
  nowMs: number = wallMs(),
): number | null {
  const text = trim(retryAfter);
  if (/^\d+$/.test(text)) return bounded(Number(text));
  const until = parseHttpDate(text, nowMs);
  return until === undefined ? null : bounded((until - (parseHttpDate(trim(date), nowMs) ?? nowMs)) / 1000);
}

// Blanks around a header value are not part of it (RFC 9110 5.5).
function trim(value: string | null): string {
  // For a long text, the expression would take quadratic time.
  return value === null || value.length > 1_000 ? '' : value.replace(/^[ \t]+|[ \t]+$/g, '');
}

function bounded(seconds: number): number | null {
  return seconds > 0 ? Math.min(Math.ceil(seconds), maxSeconds) : null;
}
