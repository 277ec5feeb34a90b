import { type RequestParts, ToriiConfigError } from '@torii/core';
import type { NextRequest } from 'next/server.js';

/** A request as core sees it. The host is the one that was sent: that of the URL is what Next believes its own to be. */
export function describe(request: NextRequest | Request): RequestParts {
  const { method, headers } = request;
  const { pathname } = 'nextUrl' in request ? request.nextUrl : new URL(request.url);
  return { method, path: pathname, host: headers.get('host') ?? undefined, headers };
}

/**
 * The request for whoever asks whether one of the app's own pages sent it: `origins` alone says so. A host with no scheme
 * cannot tell `http://app.example.com` from `https://app.example.com`, and behind another proxy it is none of the app's.
 */
export function withoutHost<R extends RequestParts>(request: R): R {
  // Core looks for a Host header where nothing is said. No origin can be made with this one.
  return { ...request, host: ':' };
}

/**
 * With `dynamic = 'force-static'` Next makes an answer once, for everybody, from a request without a header. That would be
 * nobody's answer, given to all.
 *
 * @throws ToriiConfigError for a request without a header, which browsers and servers do not send
 */
export function requireShown(headers: Pick<Headers, 'keys'>): void {
  if (headers.keys().next().done !== true) return;
  throw new ToriiConfigError(
    'dynamic',
    "The request has not one header, as where `dynamic = 'force-static'` is set: Next would keep one answer for everybody. Take it out: who is signed in differs from request to request.",
  );
}
