import { createAuthKeeper } from '@torii/core/current-auth';
import type { Request } from 'express';
import type { Guard } from './guard.ts';

export {
  type Actor,
  type Auth,
  type Claims,
  type CurrentAuthOptions,
  currentAuth,
  type GuardedAuth,
  type Organization,
} from '@torii/core/current-auth';
export type { Guard } from './guard.ts';

/**
 * Creates a middleware that lets `currentAuth()` find the caller in all code that the later handlers call. It verifies nothing:
 * that is what `requireAuth` and `optionalAuth` do, before or after it. Put it after middleware that reads the body.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 * app.use(keepCurrentAuth());
 *
 * @throws ToriiConfigError if it is used as a middleware itself, without the call, or if the runtime has no `AsyncLocalStorage`
 */
export function keepCurrentAuth(): Guard;
export function keepCurrentAuth(unexpected?: unknown): Guard {
  const keep = createAuthKeeper<Pick<Request, 'auth'>>({ place: 'req.auth', read: (req) => req.auth }, unexpected);
  return (req, res, next) => keep(req, res, next);
}
