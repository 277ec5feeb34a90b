import { parseHttpDate, readRetryAfter } from '@torii/core/internal';
import { afterEach, expect, test, vi } from 'vitest';

const now = Date.parse('2026-11-29T12:00:00Z');

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['asctime', 'Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37Z'],
  ['asctime with a day of two digits', 'Wed Nov 16 08:49:37 1994', '1994-11-16T08:49:37Z'],
  ['the 29th of February', 'Thu, 29 Feb 2024 00:00:00 GMT', '2024-02-29T00:00:00Z'],
  ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', '2017-01-01T00:00:00Z'],
  ['the year 50', 'Sat, 01 Jan 0050 00:00:00 GMT', '0050-01-01T00:00:00Z'],
  ['RFC 850, this century', 'Monday, 30-Nov-26 12:00:00 GMT', '2026-11-30T12:00:00Z'],
  ['RFC 850, 50 years in the future', 'Sunday, 29-Nov-76 12:00:00 GMT', '2076-11-29T12:00:00Z'],
  ['RFC 850, more than 50 years in the future', 'Monday, 29-Nov-76 12:00:01 GMT', '1976-11-29T12:00:01Z'],
  ['RFC 850, the last year of a century', 'Friday, 31-Dec-99 23:59:59 GMT', '1999-12-31T23:59:59Z'],
])('reads a date (RFC 9110 5.6.7): %s', (_name, text, iso) => {
  // The third form names no time zone: it is UTC, whatever the machine's is.
  for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
    vi.stubEnv('TZ', zone);
    expect(parseHttpDate(text, now)).toBe(Date.parse(iso));
  }
});

test('reads a year of two digits at the turn of a century', () => {
  expect(parseHttpDate('Monday, 05-Jan-05 00:00:00 GMT', Date.parse('2099-06-01T00:00:00Z'))).toBe(
    Date.parse('2105-01-05T00:00:00Z'),
  );
  expect(parseHttpDate('Friday, 31-Dec-99 23:59:59 GMT', Date.parse('2001-06-01T00:00:00Z'))).toBe(
    Date.parse('1999-12-31T23:59:59Z'),
  );
});

const noDates = [
  '',
  '120',
  '-5',
  '2026-11-29T12:00:00Z',
  'Sun, 29 Nov 2026 12:00:00',
  'Sun, 29 Nov 2026 12:00:00 UTC',
  'Sun, 29 Nov 2026 12:00:00 +0000',
  'Sun, 29 Nov 2026 12:00:00 GMT+1',
  'Sun, 29 Nov 2026 12:00:00 gmt',
  'sun, 29 nov 2026 12:00:00 GMT',
  'Sun, 29 Nov 26 12:00:00 GMT',
  'Sun, 9 Nov 2026 12:00:00 GMT',
  'Sun, 29 Nov 2026 24:00:00 GMT',
  'Sun, 29 Nov 2026 12:60:00 GMT',
  'Sun, 29 Nov 2026 12:00:61 GMT',
  'Sun, 31 Nov 2026 12:00:00 GMT',
  'Sun, 29 Feb 2026 12:00:00 GMT',
  'Sun, 00 Nov 2026 12:00:00 GMT',
  'Foo, 29 Nov 2026 12:00:00 GMT',
  'Sun, 29 Foo 2026 12:00:00 GMT',
  'Sun, 29 Nov 2026 12:00 GMT',
  'Sun,  29 Nov 2026 12:00:00 GMT',
  'Sun, 29 Nov 20260 12:00:00 GMT',
  '29 Nov 2026 12:00:00 GMT',
  'Sunday, 29 Nov 2026 12:00:00 GMT',
  'Sun, 29-Nov-26 12:00:00 GMT',
  'Sunday, 29-Nov-2026 12:00:00 GMT',
  'Sunday, 29-Nov-26 12:00:00',
  'Sun Nov 6 08:49:37 1994',
  'Sun Nov 06 08:49:37 94',
  'Sun Nov  6 08:49:37 1994 GMT',
  'Sun, 29 Nov 2026 12:00:00 GMT, Sun, 29 Nov 2026 12:00:00 GMT',
  'Sun, 29 Nov 2026 12:00:00 GMT\nx',
];

test.each(noDates)('does not take %j for a date', (text) => {
  expect(parseHttpDate(text, now)).toBeUndefined();
});

test.each([
  ['seconds', '120', 120],
  ['seconds with blanks', ' \t120\t ', 120],
  ['leading zeros', '0005', 5],
  ['one second', '1', 1],
  ['a date in each form (1)', 'Sun, 29 Nov 2026 12:02:00 GMT', 120],
  ['a date in each form (2)', 'Sunday, 29-Nov-26 12:02:00 GMT', 120],
  ['a date in each form (3)', 'Sun Nov 29 12:02:00 2026', 120],
  ['a date with blanks', ' Sun, 29 Nov 2026 12:02:00 GMT ', 120],
  ['a week', '604800', 86_400],
  ['more than any number', '9'.repeat(400), 86_400],
  ['a date in the far future', 'Fri, 31 Dec 9999 23:59:59 GMT', 86_400],
])('[31] reads Retry-After: %s', (_name, header, seconds) => {
  expect(readRetryAfter(header, null, now)).toBe(seconds);
});

test.each([
  null,
  '',
  ' ',
  '0',
  '-1',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  '5s',
  '5, 6',
  '٥',
  'soon',
  `${' '.repeat(2_000)}5`,
  'Sun, 29 Nov 2026 12:00:00 GMT',
  'Sun, 29 Nov 2026 11:59:59 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  ...noDates.filter((text) => text !== '120'),
])('[31] does not wait because of Retry-After: %j', (header) => {
  expect(readRetryAfter(header, null, now)).toBeNull();
});

test('[31] compares a date with the clock of the server, not with that of this machine', () => {
  const until = 'Sun, 29 Nov 2026 12:02:00 GMT';
  expect(readRetryAfter(until, 'Sun, 29 Nov 2026 12:01:30 GMT', now)).toBe(30);
  expect(readRetryAfter(until, 'Sunday, 29-Nov-26 11:00:00 GMT', now)).toBe(3_720);
  expect(readRetryAfter(until, 'Sun, 29 Nov 2026 12:03:00 GMT', now)).toBeNull();
  expect(readRetryAfter(until, 'yesterday', now)).toBe(120);
  expect(readRetryAfter('7', 'Sun, 29 Nov 2026 12:03:00 GMT', now)).toBe(7);
});
