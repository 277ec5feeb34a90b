import type { RequestLike } from '@torii/core';
import type { PlainRequest } from '../case.ts';

/** Converts a request to one of the types that core accepts. */
export function showRequest({ shape, method = 'GET', url = '/', headers }: PlainRequest): RequestLike {
  switch (shape) {
    case 'request':
      return new Request(new URL(url, 'https://app.example.com'), { method, headers: copy(headers) });
    case 'headers':
      return new Headers(copy(headers));
    case 'object':
      return Object.fromEntries(headers);
    case 'pairs':
      return new Map(headers).entries();
    case 'node':
      return {
        method,
        url,
        headers: Object.fromEntries(headers.toReversed().map(([name, value]) => [name.toLowerCase(), value])),
        rawHeaders: headers.flat(),
      };
  }
}

function copy(headers: PlainRequest['headers']): [string, string][] {
  return headers.map(([name, value]) => [name, value]);
}
