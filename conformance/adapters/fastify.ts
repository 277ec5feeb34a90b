import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '@torii/fastify';
import { type FastifyInstance, fastify, type onRequestAsyncHookHandler, type RouteHandler } from 'fastify';
import {
  answerError,
  type CreateApp,
  failAsApp,
  guardedRoutes,
  headers,
  isAdmin,
  optionalPaths,
  rewrites,
  uncalled,
} from './subject.ts';

const functions = { requireAuth, optionalAuth, allow, getAuth, createVerifier };

export const createFastifyApp: CreateApp = ({ verifier, visit }) => {
  const handle =
    (handler: string): RouteHandler =>
    async (request) => {
      visit(handler);
      return { handler, userId: request.auth?.userId ?? null };
    };

  const app = fastify({
    routerOptions: { maxParamLength: 10_000 },
    rewriteUrl({ url = '/' }) {
      const rewritten = rewrites[url];
      if (rewritten !== undefined) visit('rewrite');
      return rewritten ?? url;
    },
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = answerError(error);
    return reply.code(status).send(body);
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  app.register(async (optional: FastifyInstance) => {
    optional.addHook('onRequest', optionalAuth(verifier));
    optional.all(optionalPaths.open, handle('optional'));
    optional.all(optionalPaths.guarded, { preHandler: allow(isAdmin) }, handle(optionalPaths.guarded));
  });
  const uncalledHook = (name: keyof typeof functions) => functions[name] as unknown as onRequestAsyncHookHandler;
  for (const name of uncalled.open) app.all(`/mistakes/${name}`, { onRequest: uncalledHook(name) }, handle('mistake'));
  app.register(async (required: FastifyInstance) => {
    required.addHook('onRequest', requireAuth(verifier));
    for (const name of uncalled.guarded)
      required.all(`/mistakes/guarded/${name}`, { onRequest: uncalledHook(name) }, handle('mistake'));
    required.get('/health', handle('public'));
    required.all('/docs/*', handle('public'));
    for (const [path, check] of Object.entries(guardedRoutes))
      required.all(path, { onRequest: allow(check) }, handle(path));
    required.all('/throws', failAsApp);
    required.all('/*', handle('rest'));
  });
  return async (request, response) => {
    await app.ready();
    app.routing(request, response);
  };
};
