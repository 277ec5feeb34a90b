import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '@torii/express';
import type express5 from 'express';
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

export const createExpressApp =
  (express: typeof express5): CreateApp =>
  ({ verifier, visit }) => {
    const handle =
      (handler: string): express5.RequestHandler =>
      (req, res) => {
        visit(handler);
        res.json({ handler, userId: req.auth?.userId ?? null });
      };
    const answerErrors: express5.ErrorRequestHandler = (error, _req, res, _next) => {
      const { status, body } = answerError(error);
      res.status(status).json(body);
    };

    const app = express();
    app.use((req, res, next) => {
      res.set(headers);
      const rewritten = rewrites[req.url];
      if (rewritten !== undefined) {
        visit('rewrite');
        req.url = rewritten;
      }
      next();
    });
    app.all(optionalPaths.open, optionalAuth(verifier), handle('optional'));
    app.all(optionalPaths.guarded, optionalAuth(verifier), allow(isAdmin), handle(optionalPaths.guarded));
    const mistake = (name: keyof typeof functions) => [
      functions[name] as unknown as express5.RequestHandler,
      handle('mistake'),
    ];
    for (const name of uncalled.open) app.all(`/mistakes/${name}`, ...mistake(name));
    app.use(requireAuth(verifier));
    for (const name of uncalled.guarded) app.all(`/mistakes/guarded/${name}`, ...mistake(name));
    app.get('/health', handle('public'));
    app.use('/docs', handle('public'));
    for (const [path, check] of Object.entries(guardedRoutes)) app.all(path, allow(check), handle(path));
    app.all('/throws', failAsApp);
    app.use(handle('rest'));
    return app.use(answerErrors);
  };
