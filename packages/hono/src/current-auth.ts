import { createAuthKeeper, type KeptResponse } from '@torii/core/current-auth';
import type { MiddlewareHandler } from 'hono';
import type { HonoContext } from './hono-middleware.ts';

export {
  type Actor,
  type Auth,
  type Claims,
  type CurrentAuthOptions,
  currentAuth,
  type GuardedAuth,
  type Organization,
} from '@torii/core/current-auth';

/** Hono's `MiddlewareHandler`, for middleware that sets no variables. */
export interface PlainMiddleware extends MiddlewareHandler<object> {}

/**
 * Creates a middleware that lets `currentAuth()` find the caller in all code that the later handlers call. It verifies nothing:
 * that is what `requireAuth` and `optionalAuth` do, before or after it. Cloudflare Workers with an older compatibility date
 * need the flag `nodejs_als` or `nodejs_compat`.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 * app.use(keepCurrentAuth());
 *
 * @throws ToriiConfigError if it is used as a middleware itself, without the call, or if the runtime has no `AsyncLocalStorage`
 */
export function keepCurrentAuth(): PlainMiddleware;
export function keepCurrentAuth(unexpected?: unknown): PlainMiddleware {
  const keep = createAuthKeeper<HonoContext>({ place: "c.get('auth')", read: (c) => c.get('auth') }, unexpected);
  return (c, next) => keep(c, nodeResponseIn(c.env), next);
}

// Node's response, which `@hono/node-server` passes. It shows when a response with a stream as its body has been sent.
function nodeResponseIn(env: unknown): KeptResponse | undefined {
  const outgoing: unknown = Reflect.get(Object(env), 'outgoing');
  return isResponse(outgoing) ? outgoing : undefined;
}

function isResponse(outgoing: unknown): outgoing is KeptResponse {
  if (typeof outgoing !== 'object' || outgoing === null) return false;
  return (
    typeof Reflect.get(outgoing, 'writableEnded') === 'boolean' && typeof Reflect.get(outgoing, 'once') === 'function'
  );
}
