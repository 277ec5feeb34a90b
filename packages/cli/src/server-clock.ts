import { parseHttpDate } from '@torii/core/internal';

/**
 * How many seconds the server's clock is ahead of this machine's, or `undefined` if the response has no date. A response
 * from a cache has the date at which it was created, and its age (RFC 9111 5.1).
 */
export function readClockAhead(headers: Headers, nowMs: number): number | undefined {
  const date = parseHttpDate(headers.get('date') ?? '', nowMs);
  const age = /^\d{1,9}$/.test(headers.get('age') ?? '') ? Number(headers.get('age')) : 0;
  // The Date header has no milliseconds. Add 500 ms, because on average the real time is half a second later.
  return date === undefined ? undefined : (date + 500 + age * 1000 - nowMs) / 1000;
}
