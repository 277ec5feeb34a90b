import { allow, optionalAuth, requireAuth } from '@torii/express';
import type express5 from 'express';
import { appError, type CreateApp, failAsApp, guardedRoutes, isAdmin, optionalPaths } from './subject.ts';

export const createExpressApp =
  (express: typeof express5): CreateApp =>
  ({ verifier, visit }) => {
    const handle =
      (handler: string): express5.RequestHandler =>
      (req, res) => {
        visit(handler);
        res.json({ handler, userId: req.auth?.userId ?? null });
      };
    const answerErrors: express5.ErrorRequestHandler = (_error, _req, res, _next) => {
      res.status(appError.status).json(appError.body);
    };

    const app = express();
    app.all(optionalPaths.open, optionalAuth(verifier), handle('optional'));
    app.all(optionalPaths.guarded, optionalAuth(verifier), allow(isAdmin), handle(optionalPaths.guarded));
    app.use(requireAuth(verifier));
    app.get('/health', handle('public'));
    app.use('/docs', handle('public'));
    for (const [path, check] of Object.entries(guardedRoutes)) app.all(path, allow(check), handle(path));
    app.all('/throws', failAsApp);
    app.use(handle('rest'));
    return app.use(answerErrors);
  };
