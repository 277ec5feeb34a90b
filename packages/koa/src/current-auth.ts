import { createAuthKeeper } from '@torii/core/current-auth';
import type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

export {
  type Actor,
  type Auth,
  type Claims,
  type CurrentAuthOptions,
  currentAuth,
  type GuardedAuth,
  type Organization,
} from '@torii/core/current-auth';
export type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

/**
 * Creates a middleware that lets `currentAuth()` find the caller in all code that the later middleware calls. It verifies nothing:
 * that is what `requireAuth` and `optionalAuth` do, before or after it.
 *
 * @example
 * app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
 * app.use(keepCurrentAuth());
 *
 * @throws ToriiConfigError if it is used as a middleware itself, without the call, or if the runtime has no `AsyncLocalStorage`
 */
export function keepCurrentAuth(): KoaMiddleware;
export function keepCurrentAuth(unexpected?: unknown): KoaMiddleware {
  const keep = createAuthKeeper<KoaContext>(
    { place: 'ctx.state.auth', read: (ctx) => ctx.state?.['auth'] },
    unexpected,
  );
  return (ctx, next) => keep(ctx, ctx.res, next);
}
