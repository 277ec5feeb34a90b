import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '@torii/koa';
import type Koa3 from 'koa';
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

export const createKoaApp =
  (Koa: typeof Koa3): CreateApp =>
  ({ verifier, visit }) => {
    const handle =
      (handler: string): Koa3.Middleware =>
      (ctx) => {
        visit(handler);
        ctx.body = { handler, userId: ctx.state.auth?.userId ?? null };
      };
    const at =
      (pattern: string | RegExp, middleware: Koa3.Middleware): Koa3.Middleware =>
      (ctx, next) => {
        const matches = typeof pattern === 'string' ? ctx.path === pattern : pattern.test(ctx.path);
        return matches ? middleware(ctx, next) : next();
      };

    const app = new Koa();
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        Object.assign(ctx, answerError(error));
      }
    });
    app.use((ctx, next) => {
      ctx.set(headers);
      const rewritten = rewrites[ctx.path];
      if (rewritten !== undefined) {
        visit('rewrite');
        ctx.path = rewritten;
      }
      return next();
    });
    app.use(at(/^\/optional(?:\/|$)/, optionalAuth(verifier)));
    app.use(at(optionalPaths.open, handle('optional')));
    app.use(at(optionalPaths.guarded, allow(isAdmin)));
    app.use(at(optionalPaths.guarded, handle(optionalPaths.guarded)));
    const misuse = (path: string, name: keyof typeof functions) =>
      app.use(at(path, functions[name] as unknown as Koa3.Middleware)).use(at(path, handle('mistake')));
    for (const name of uncalled.open) misuse(`/mistakes/${name}`, name);
    app.use(requireAuth(verifier));
    for (const name of uncalled.guarded) misuse(`/mistakes/guarded/${name}`, name);
    app.use(at('/health', handle('public')));
    app.use(at(/^\/docs(?:\/|$)/, handle('public')));
    for (const [path, check] of Object.entries(guardedRoutes))
      app.use(at(path, allow(check))).use(at(path, handle(path)));
    app.use(at('/throws', failAsApp));
    app.use(handle('rest'));
    return app.callback();
  };
