import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AllowedOrigins } from '../allowed-origins/allowed-origins.ts';
import { publishedNames } from '../published-paths.ts';
import { basePathOf } from './base-path.ts';
import { Problem } from './problem.ts';

/**
 * @param isAllowedSomewhere whether any environment allows the origin. A preflight has no X-API-Key header, so at the origin
 *   that all environments share it cannot be told which of them the request is for. The request itself is checked again
 */
export function allowScripts(
  allowedOrigins: AllowedOrigins,
  isAllowedSomewhere: (origin: string) => boolean,
): MiddlewareHandler {
  const { apiKeyHeader, sessionTokenHeader } = publishedNames;
  return cors({
    origin(origin, c) {
      const isShared = c.req.method === 'OPTIONS' && basePathOf(c) === '';
      return (isShared ? isAllowedSomewhere(origin) : allowedOrigins.allows(origin)) ? origin : null;
    },
    credentials: true,
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: ['content-type', 'authorization', apiKeyHeader, sessionTokenHeader],
    exposeHeaders: ['retry-after', 'www-authenticate', sessionTokenHeader],
    maxAge: 600,
  });
}

const hostForm = /^(\[[0-9a-f:.]+\]|[^:]*)(?::\d{1,5})?$/;

/**
 * Whether a host with an optional port, as in a `Host` header, is this machine's: `localhost` and its subdomains, and
 * loopback addresses.
 */
export function isLoopbackHost(host: string): boolean {
  return /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostnameOf(host));
}

/** The host name of a `Host` header in lowercase, without its port. An empty string if it is malformed. */
export function hostnameOf(host: string): string {
  return hostForm.exec(host.toLowerCase())?.[1] ?? '';
}

/**
 * Prevents CSRF: refuses requests from pages of other origins, except GET and HEAD. CORS does not stop them, because an
 * HTML form needs no preflight and the browser adds cookies to it. Requests without `Origin` and `Sec-Fetch-Site` do
 * not come from a browser and are allowed.
 *
 * @param issuer the pages of its origin are the emulator's own. Behind a proxy that ends TLS, the request's URL has
 *   another scheme or port than the page
 */
export function refuseForeignPages(issuer: string, allowedOrigins?: AllowedOrigins): MiddlewareHandler {
  const ownOrigin = new URL(issuer).origin;
  const advice =
    allowedOrigins === undefined ? 'Only the emulator’s own pages may do this.' : 'Add it to allowedOrigins.';
  return async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const trusted =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : [new URL(c.req.url).origin, ownOrigin].includes(origin) || allowedOrigins?.allows(origin) === true;
    if (!isSafe(c.req.method) && !trusted) {
      throw new Problem(403, 'origin_refused', `The origin of this page is not allowed. ${advice}`);
    }
    await next();
  };
}

/** Whether requests with this method change nothing (RFC 9110 section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
