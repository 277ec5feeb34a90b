import { type RequestParts, ToriiConfigError } from '@torii/core';
import type { NextRequest } from 'next/server.js';

/**
 * Describes a request to core. `host` is the Host header, because the URL of a NextRequest contains the host that Next
 * assumes for itself.
 */
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  const { pathname } = 'nextUrl' in request ? request.nextUrl : new URL(request.url);
  return { method, path: pathname, host: headers.get('host') ?? undefined, headers };
}

/**
 * Hides the host from core, so that only the option `origins` decides whether one of the app's own pages sent the
 * request (CSRF). A Host header does not distinguish http from https, and behind a reverse proxy it may be an internal
 * name.
 */
export function withoutHost<R extends RequestParts>(request: R): R {
  // If `host` were undefined, core would read the Host header. No origin can match `:`.
  return { ...request, host: ':' };
}

/**
 * Detects `dynamic = 'force-static'`: Next then renders once, without any request headers, and serves the result to
 * everyone.
 *
 * @throws ToriiConfigError for a request without headers, which no browser sends
 */
export function requireHeaders(headers: Pick<Headers, 'keys'>): void {
  if (headers.keys().next().done !== true) return;
  throw new ToriiConfigError(
    'dynamic',
    "The request has no headers, which happens if the route sets `dynamic = 'force-static'`. Next would serve one stored response to every user. Remove `dynamic = 'force-static'`.",
  );
}
