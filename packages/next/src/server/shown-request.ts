import { type RequestParts, ToriiConfigError } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { wrongValue } from '@torii/core/internal';
import type { NextRequest } from 'next/server.js';

// Leaves out `url`, so that core reads the Host header: the URL contains the host that Next assumes for its own server.
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  return { method, path: urlOf(request).pathname, headers };
}

/** The URL without Next's `basePath`. A plain `Request`, as in a unit test, has no `nextUrl`. */
export function urlOf(request: NextRequest | Request): Pick<URL, 'pathname' | 'search'> {
  return 'nextUrl' in request ? request.nextUrl : new URL(request.url);
}

// Hides the Host header from core, which would accept requests from pages of that host. Only `origins` may decide
// whether a page of the app sent the request (CSRF), because a Host header has no scheme and may name an internal host.
export function withoutHost<R extends RequestParts>(request: R): R {
  return { ...request, host: null };
}

/** The parts that core reads of a request of any kind. `example` is what to write instead of anything but a request. */
export function partsOf(request: RequestParts, example: string): RequestParts {
  // Throws for anything but a request. A NextRequest, whose fields are getters, is read below.
  viewOf(request);
  const { method, headers, headersDistinct, rawHeaders } = request;
  // `viewOf` also takes headers, and the context of `getServerSideProps`, which contains the request.
  if (headers === undefined) throw wrongValue('request', 'a request', request, example);
  return withoutHost({ method, headers, headersDistinct, rawHeaders });
}

/** @param source what the headers were read from: the argument of `withAuth`'s function, or `headers()` of `next/headers` */
export function requireHeaders(headers: Pick<Headers, 'keys'>, source: 'withAuth' | 'headers'): void {
  if (typeof headers?.keys !== 'function') throw new ToriiConfigError(source, wrongHeaders[source]);
  if (headers.keys().next().done !== true) return;
  throw new ToriiConfigError(
    'dynamic',
    "The request has no headers, which happens if the route sets `dynamic = 'force-static'`. Next would serve one stored response to every user. Remove `dynamic = 'force-static'`. In a test, give the request a Host header.",
  );
}

const wrongHeaders = {
  withAuth:
    'The wrapped function was not called with a request. `withAuth` is for route handlers, such as `export const GET = torii.withAuth(…)`. In pages and server actions, call `await torii.protect()`.',
  headers:
    '`headers()` of `next/headers` returned something other than a Headers. In a test, return new Headers({ host }).',
} as const;
