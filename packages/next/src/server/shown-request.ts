import { type RequestParts, ToriiConfigError } from '@torii/core';
import type { NextRequest } from 'next/server.js';

// The URL of a NextRequest contains the host that Next assumes for itself, so `host` is the Host header.
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  const { pathname } = 'nextUrl' in request ? request.nextUrl : new URL(request.url);
  return { method, path: pathname, host: headers.get('host') ?? undefined, headers };
}

// Only `origins` decides if a page of the app sent the request (CSRF): a Host header has no scheme and may be internal.
export function withoutHost<R extends RequestParts>(request: R): R {
  // If `host` were undefined, core would read the Host header. No origin can match `:`.
  return { ...request, host: ':' };
}

// With `dynamic = 'force-static'`, Next renders once, without request headers, and serves the result to everyone.
export function requireHeaders(headers: Pick<Headers, 'keys'>): void {
  if (headers.keys().next().done !== true) return;
  throw new ToriiConfigError(
    'dynamic',
    "The request has no headers, which happens if the route sets `dynamic = 'force-static'`. Next would serve one stored response to every user. Remove `dynamic = 'force-static'`.",
  );
}
