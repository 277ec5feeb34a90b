import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { Problem } from './problem.ts';

export function parseOrigin(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { origin, protocol } = new URL(value);
  return value === origin && /^https?:$/.test(protocol) ? origin : undefined;
}

export function allowScripts(allowedOrigins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...allowedOrigins],
    credentials: true,
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['content-type'],
    exposeHeaders: ['retry-after'],
    maxAge: 600,
  });
}

/**
 * Prevents CSRF: refuses requests from pages of other origins, except GET and HEAD. CORS does not stop them, because an
 * HTML form needs no preflight and the browser adds cookies to it. Requests without `Origin` and `Sec-Fetch-Site` do
 * not come from a browser and are allowed.
 */
export function refuseForeignPages(allowedOrigins?: readonly string[]): MiddlewareHandler {
  const advice =
    allowedOrigins === undefined ? 'Only the emulator’s own pages may do this.' : 'Add it to allowedOrigins.';
  return async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const safe = c.req.method === 'GET' || c.req.method === 'HEAD';
    const trusted =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : origin === new URL(c.req.url).origin || (allowedOrigins ?? []).includes(origin);
    if (!safe && !trusted) {
      throw new Problem(403, 'origin_refused', `The origin of this page is not allowed. ${advice}`);
    }
    await next();
  };
}
