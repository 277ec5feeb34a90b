import { ToriiConfigError } from '@torii/core';
import { createAuthKeeper } from '@torii/core/current-auth';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';

export {
  type Actor,
  type Auth,
  type Claims,
  type CurrentAuthOptions,
  currentAuth,
  type GuardedAuth,
  type Organization,
} from '@torii/core/current-auth';

/** A plugin for `app.register`. It accepts every app: over HTTP/2, with other loggers, and with types of its routes. */
export type CurrentAuthPlugin = (app: { readonly addHook: unknown }, options: object, done: () => void) => void;

/**
 * A plugin that lets `currentAuth()` find the caller in all code that hooks and handlers call, in the app or plugin that registers it
 * and in the plugins inside. It verifies nothing: that is what `requireAuth` and `optionalAuth` do.
 *
 * @example
 * app.register(keepCurrentAuth);
 * app.addHook('onRequest', requireAuth({ issuer: process.env.TORII_ISSUER }));
 */
export const keepCurrentAuth: CurrentAuthPlugin = /* @__PURE__ */ Object.defineProperties(register, {
  // As `fastify-plugin` does, adds the hooks to the app that registers the plugin, not to a child of it.
  [Symbol.for('skip-override')]: { value: true },
  [Symbol.for('fastify.display-name')]: { value: 'keepCurrentAuth' },
});

function register(given: { readonly addHook: unknown }, _options: object, done: () => void): void {
  if (typeof given?.addHook !== 'function')
    throw new ToriiConfigError(
      'keepCurrentAuth',
      '`keepCurrentAuth` is a plugin. Write app.register(keepCurrentAuth).',
    );
  const app = given as FastifyInstance;
  const keep = createAuthKeeper<FastifyRequest>({ place: 'request.auth', read: (request) => request.auth });
  const hook: onRequestHookHandler = (request, reply, next) => keep(request, reply.raw, next);
  // A hook of the app can lose track of the request. The next kind of hook finds it again.
  for (const name of ['onRequest', 'preValidation', 'preHandler'] as const) app.addHook(name as 'onRequest', hook);
  done();
}
