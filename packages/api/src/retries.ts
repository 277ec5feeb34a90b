import type { ToriiApiError, ToriiConnectionError } from '@torii/core';
import { random } from '@torii/core/internal';

const firstWaitMs = 250;
const longestWaitMs = 8_000;

export function isTemporary(error: ToriiApiError | ToriiConnectionError): boolean {
  return 'status' in error ? [408, 429, 500, 502, 503, 504].includes(error.status) : error.reason === 'network';
}

export function waitAfter(attempt: number, askedSeconds: number | null): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  // The random part is added to what the server asked for, too: it gives the same answer to all of its clients.
  return Math.max((askedSeconds ?? 0) * 1000, longest / 2) + (random() * longest) / 2;
}
