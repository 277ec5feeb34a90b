import { type RequestParts, ToriiConfigError } from '@torii/core';
import type { NextRequest } from 'next/server.js';

// Takes the host from the Host header: the URL of a NextRequest contains the host that Next assumes for its own server.
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  const { pathname } = 'nextUrl' in request ? request.nextUrl : new URL(request.url);
  return { method, path: pathname, host: headers.get('host') ?? undefined, headers };
}

// Hides the Host header from core, which would accept requests from pages of that host. Only `origins` may decide
// whether a page of the app sent the request (CSRF), because a Host header has no scheme and may name an internal host.
export function withoutHost<R extends RequestParts>(request: R): R {
  // Use `:`, a host that no origin can have. If `host` were `undefined`, core would read the Host header.
  return { ...request, host: ':' };
}

export function requireHeaders(headers: Pick<Headers, 'keys'>): void {
  if (headers.keys().next().done !== true) return;
  throw new ToriiConfigError(
    'dynamic',
    "The request has no headers, which happens if the route sets `dynamic = 'force-static'`. Next would serve one stored response to every user. Remove `dynamic = 'force-static'`.",
  );
}
