import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '@torii/hono';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { getPath } from 'hono/utils/url';
import {
  answerError,
  failAsApp,
  guardedRoutes,
  headers,
  isAdmin,
  optionalPaths,
  rewrites,
  type Subject,
  uncalled,
} from './subject.ts';

const functions = { requireAuth, optionalAuth, allow, getAuth, createVerifier };

/** The app without a server, so that `runtimes/` can serve it too. */
export function createFetchApp({ verifier, visit }: Subject): Hono {
  const handle = (handler: string) => (c: Context) => {
    visit(handler);
    return c.json({ handler, userId: c.get('auth')?.userId ?? null });
  };
  const app = new Hono({
    // Hono matches routes before middleware runs, so only this option can rewrite a path.
    getPath(request) {
      const path = getPath(request);
      const rewritten = rewrites[path];
      if (rewritten !== undefined) visit('rewrite');
      return rewritten ?? path;
    },
  });
  app.onError((error, c) => {
    const { status, body } = answerError(error);
    return c.json(body, status);
  });
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    await next();
  });
  app.use(`${optionalPaths.open}/*`, optionalAuth(verifier));
  app.all(optionalPaths.open, handle('optional'));
  app.all(optionalPaths.guarded, allow(isAdmin), handle(optionalPaths.guarded));
  const misuse = (path: string, name: keyof typeof functions) =>
    app.all(path, functions[name] as unknown as MiddlewareHandler, handle('mistake'));
  for (const name of uncalled.open) misuse(`/mistakes/${name}`, name);
  app.use(requireAuth(verifier));
  for (const name of uncalled.guarded) misuse(`/mistakes/guarded/${name}`, name);
  app.all('/health', handle('public'));
  app.all('/docs/*', handle('public'));
  for (const [path, check] of Object.entries(guardedRoutes)) app.all(path, allow(check), handle(path));
  app.all('/throws', failAsApp);
  app.all('*', handle('rest'));
  return app;
}
