import type { Claims } from '@torii/core';
import type { GuardedAuth } from '@torii/core/adapter';
import type { Context, MiddlewareHandler, Next } from 'hono';

/**
 * The variables that `requireAuth` and `optionalAuth` set: `c.get('auth')` and `c.var.auth`.
 *
 * @example const app = new Hono<{ Variables: AuthVariables }>();
 */
export interface AuthVariables<Custom extends object = Claims> {
  /**
   * The verified caller. `null` if the request was let through without one: its path is public, it is a CORS preflight that
   * `allowPreflight` lets through, or `optionalAuth` found no token. `undefined` if neither `requireAuth` nor `optionalAuth` ran.
   */
  auth: GuardedAuth<Custom> | null;
}

/** The variables after `allow`, which refuses a request without a verified caller. */
export interface AllowedVariables<Custom extends object = Claims> {
  auth: GuardedAuth<Custom>;
}

/** Hono's `Context`. Exported here, so that the declarations of an app can name the type without importing Hono. */
export interface HonoContext extends Context {}

/** Hono's `MiddlewareHandler`. In routes that are chained after it, `c.var.auth` has its type. */
export interface HonoMiddleware<Variables extends { auth: unknown }>
  extends MiddlewareHandler<{ Variables: Variables }> {
  /** Middleware of an app can call it with any context: `app.use((c, next) => guard(c, next))`. */
  (c: HonoContext, next: Next): ReturnType<MiddlewareHandler>;
}

/** A handler of a route. */
export type HonoHandler = (c: HonoContext) => Promise<Response>;
