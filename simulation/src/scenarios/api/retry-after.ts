import { epochMs } from '../../world/virtual-process.ts';
import type { RetryAfter } from './plan.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const maxSeconds = 86_400;

/** The headers that a server sends at a virtual time. */
export function retryAfterHeaders(given: RetryAfter, nowMs: number): Readonly<Record<string, string>> {
  if (given.kind === 'text') return { 'retry-after': given.text };
  if (given.kind === 'seconds') return { 'retry-after': given.seconds.toLocaleString('en-US', { useGrouping: false }) };
  const date = new Date(untilMs(given, nowMs));
  const dated = given.isDated ? { date: new Date(epochMs + nowMs).toUTCString() } : {};
  return { 'retry-after': inForm(date, given.form), ...dated };
}

/**
 * How long the server asks to wait, in seconds; `null` if it asks for nothing. A date is compared with `Date`, or with the
 * wall clock of the process if the response has no `Date`.
 */
export function askedSeconds(given: RetryAfter | null, serverMs: number, processWallMs: number): number | null {
  if (given === null || given.kind === 'text') return null;
  if (given.kind === 'seconds') return given.seconds > 0 ? Math.min(given.seconds, maxSeconds) : null;
  const since = given.isDated ? Math.floor((epochMs + serverMs) / 1000) * 1000 : processWallMs;
  const seconds = Math.ceil((untilMs(given, serverMs) - since) / 1000);
  return seconds > 0 ? Math.min(seconds, maxSeconds) : null;
}

function untilMs(given: Extract<RetryAfter, { kind: 'date' }>, nowMs: number): number {
  return (Math.floor((epochMs + nowMs) / 1000) + given.aheadSeconds) * 1000;
}

// The three forms of RFC 9110 5.6.7.
function inForm(date: Date, form: 'imf' | 'rfc850' | 'asctime'): string {
  const [, day = '', month = '', year = '', time = ''] = date.toUTCString().split(' ');
  if (form === 'imf') return date.toUTCString();
  const name = days[date.getUTCDay()] ?? '';
  if (form === 'rfc850') return `${name}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  return `${name.slice(0, 3)} ${month} ${String(Number(day)).padStart(2, ' ')} ${time} ${year}`;
}
