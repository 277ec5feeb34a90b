import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What the router passes on with each request. */
export interface RouteBindings extends HttpBindings {
  /** The part of the path that the router removed: `/env/acme`, or an empty string at the origin. */
  readonly basePath: string;
}

/** The path below which this request was sent: that of an issuer, or an empty string. */
export function basePathOf(c: Context): string {
  return (c.env as RouteBindings).basePath;
}
