import type { ToriiApiError, ToriiConnectionError } from '@torii/core';
import { isError } from '@torii/core/adapter';

// Node's error codes for a failed connection or DNS lookup: the request cannot have reached the server. Other runtimes
// may have other codes, or none.
const unconnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

const firstWaitMs = 250;
const longestWaitMs = 8_000;

export function isTemporary(error: ToriiApiError | ToriiConnectionError): boolean {
  return 'status' in error ? [408, 429, 500, 502, 503, 504].includes(error.status) : error.reason === 'network';
}

// Whether the server may have received a request that failed with this code. `true` for unknown codes: if in doubt, a
// request that is unsafe to repeat must not be retried.
export function mayHaveArrived(code: string): boolean {
  return !unconnected.test(code);
}

export function codeOf(error: unknown, depth = 0): string {
  if (!isError(error) || depth > 4) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause, depth + 1);
}

export function retryAfterSeconds(headers: Headers): number | null {
  const text = headers.get('retry-after') ?? '';
  // Parse text as a date only if it ends in GMT, as every HTTP date does: `Date.parse` would also accept '-5'.
  const ms = / GMT$/.test(text) ? Date.parse(text) - Date.now() : /^\d+$/.test(text) ? Number(text) * 1000 : 0;
  return ms > 0 ? Math.ceil(ms / 1000) : null;
}

export function waitAfter(attempt: number, askedSeconds: number | null): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.max((askedSeconds ?? 0) * 1000, longest * (0.5 + Math.random() / 2));
}
