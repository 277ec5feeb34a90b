// When to send a request again, and after how long.
import type { ToriiApiError, ToriiConnectionError } from '@torii/core';

/** What Node says when there was no connection to send anything through. Other platforms do not say so. */
const unconnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

const firstWaitMs = 250;
const longestWaitMs = 8_000;

/** Whether the same request may do better in a moment. */
export function isPassing(error: ToriiApiError | ToriiConnectionError): boolean {
  return 'status' in error ? [408, 429, 500, 502, 503, 504].includes(error.status) : error.reason === 'network';
}

/** Whether a request that failed with this code may have arrived. What is not known to have stayed here may have. */
export function mayHaveArrived(code: string): boolean {
  return !unconnected.test(code);
}

/** The code of an error, or of what it was caused by. */
export function codeOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 4) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause, depth + 1);
}

/** Seconds that an answer asks to wait (RFC 9110 10.2.3): a number or a date. Null for what cannot be meant. */
export function retryAfterSeconds(headers: Headers): number | null {
  const text = headers.get('retry-after') ?? '';
  // Only a date of HTTP: Date.parse would read -5 as one.
  const ms = / GMT$/.test(text) ? Date.parse(text) - Date.now() : /^\d+$/.test(text) ? Number(text) * 1000 : 0;
  return ms > 0 ? Math.ceil(ms / 1000) : null;
}

/** How long to wait after an attempt: twice as long each time, differently for each caller, never less than asked. */
export function waitAfter(attempt: number, askedSeconds: number | null): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.max((askedSeconds ?? 0) * 1000, longest * (0.5 + Math.random() / 2));
}
