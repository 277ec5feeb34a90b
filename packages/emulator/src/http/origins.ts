import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { Problem } from './problem.ts';

/** Reads an origin as browsers write it, such as `http://127.0.0.1:3000`. Undefined where it is anything else. */
export function parseOrigin(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { origin, protocol } = new URL(value);
  return value === origin && /^https?:$/.test(protocol) ? origin : undefined;
}

/** Lets the scripts of allowed origins read the answer, and send the session cookie. */
export function allowScripts(allowedOrigins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...allowedOrigins],
    credentials: true,
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['content-type'],
    // Of the refusals: how long to wait.
    exposeHeaders: ['retry-after'],
    maxAge: 600,
  });
}

/**
 * Refuses what a page of another site makes the browser send: cookies come along without being asked, and a form needs no
 * permission. A caller that is no browser says neither where it comes from, and is let through.
 */
export function refuseForeignPages(allowedOrigins: readonly string[] = []): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const safe = c.req.method === 'GET' || c.req.method === 'HEAD';
    const trusted =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : origin === new URL(c.req.url).origin || allowedOrigins.includes(origin);
    if (!safe && !trusted) {
      throw new Problem(403, 'origin_refused', 'This page may not do this. Name its origin in allowedOrigins.');
    }
    await next();
  };
}
