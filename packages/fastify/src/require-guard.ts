import { ToriiConfigError } from '@torii/core';
import type { FastifyRequest, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false` for a route that needs no guard, although the hook `requireGuard` is used. */
    requireGuard?: boolean;
  }
}

// Not `request.auth`, which other code may have set.
const guarded = new WeakSet<object>();

/** Notes that a guard has let a request through. */
export function noteGuarded(request: object): void {
  guarded.add(request);
}

/**
 * A hook for `onRoute`, which finds routes without a guard. Add it before all routes and plugins: a request to a later route that
 * no guard has let through then gets a 500 response, and its handler does not run. The ToriiConfigError names the route. For a
 * route that needs no guard, write `{ config: { requireGuard: false } }`.
 *
 * @example
 * app.addHook('onRoute', requireGuard);
 */
export function requireGuard(route: RouteOptions): void {
  if (typeof route?.handler !== 'function')
    throw new ToriiConfigError(
      'requireGuard',
      "`requireGuard` is a hook for onRoute: app.addHook('onRoute', requireGuard).",
    );
  if (route.config?.requireGuard === false) return;
  const refuseUnguarded = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    done(guarded.has(request) ? undefined : unguarded(request));
  };
  route.preHandler = [route.preHandler ?? [], refuseUnguarded].flat();
}

function unguarded({ method, routeOptions }: FastifyRequest): ToriiConfigError {
  const place = `No guard protects ${method} ${routeOptions.url}.`;
  const remedy = 'Add the hook requireAuth({ issuer }) to the plugin or the route';
  const exception = 'write { config: { requireGuard: false } } in the options of the route';
  return new ToriiConfigError('requireGuard', `${place} ${remedy}, or ${exception}.`);
}
