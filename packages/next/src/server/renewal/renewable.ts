// Decides which requests may be renewed. Anything unknown is refused: a page of another site can cause requests that
// carry the session cookie, and a renewal counts as activity of the user.
import type { NextRequest } from 'next/server.js';
import { withoutTrailingSlash } from '../../paths.ts';
import { urlOf } from '../shown-request.ts';
import type { RenewalSettings } from './proxy-renewal.ts';

/**
 * Headers of requests that a browser or Next's router sends ahead of time. Next hides some of them from the proxy, so
 * `isNavigation` also leaves out all fetches of Next's router.
 */
const prefetchHeaders = [
  ...['purpose', 'sec-purpose', 'x-purpose', 'x-moz', 'x-middleware-prefetch'],
  ...['next-router-prefetch', 'next-router-segment-prefetch', 'next-url', 'rsc', 'x-nextjs-data'],
];

export function isRenewable(
  request: NextRequest,
  { origins, signInPath, tokenPath }: Pick<RenewalSettings, 'origins' | 'signInPath' | 'tokenPath'>,
): boolean {
  const path = withoutTrailingSlash(urlOf(request).pathname);
  // The sign-in page and the token route store a token themselves.
  if ([signInPath, tokenPath].map(withoutTrailingSlash).includes(path)) return false;
  if (isIssuerPath(path) || path.startsWith('/_next/')) return false;
  // If this header is present, even with a bad value, the token cookie is ignored.
  if (request.headers.has('authorization')) return false;
  if (prefetchHeaders.some((name) => request.headers.has(name))) return false;
  return isNavigation(request, origins) || isFromOwnPage(request, origins);
}

export function isIssuerPath(path: string): boolean {
  return /^\/_torii(?:\/|$)/.test(path);
}

// A link, a typed address or a redirect in a tab, and not in a frame. Browsers send these headers over https and on
// loopback; Safari since 16.4. No renewal without them: the page redirects to the sign-in page, which renews the token.
function isNavigation({ method, headers }: NextRequest, origins: readonly string[]): boolean {
  if (method !== 'GET') return false;
  const origin = headers.get('origin');
  if (origin !== null && !origins.includes(origin)) return false;
  return (
    headers.get('sec-fetch-mode') === 'navigate' &&
    headers.get('sec-fetch-dest') === 'document' &&
    !headers.has('upgrade')
  );
}

// A form, a server action or another request with an unsafe method, of a page of the same origin (CSRF).
function isFromOwnPage({ method, headers }: NextRequest, origins: readonly string[]): boolean {
  if (['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'].includes(method)) return false;
  const origin = headers.get('origin');
  if (origin === null || !origins.includes(origin)) return false;
  const destination = headers.get('sec-fetch-dest') ?? 'empty';
  if (destination !== 'empty' && destination !== 'document') return false;
  const site = headers.get('sec-fetch-site');
  // Old browsers do not send this header. Another of the app's origins is then told apart by the Host header.
  return site === null ? new URL(origin).host === headers.get('host') : site === 'same-origin';
}
