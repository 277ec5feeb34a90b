import Router from '@koa/router';
import { allow, type Check, getAuth, requireAuth, type Verifier } from '@torii/koa';
import Koa from 'koa';

// Only tokens of Torii have an environment.
const isEditor: Check = ({ environmentId, organization, raw }) =>
  environmentId === null ? raw['role'] === 'editor' : organization?.role === 'org:editor';

export function createApp(verifier: Verifier): Koa {
  const app = new Koa();
  const router = new Router();

  app.use(requireAuth(verifier));

  router.get('/health', (ctx) => {
    ctx.body = 'ok';
  });
  router.get('/me', (ctx) => {
    ctx.body = { userId: getAuth(ctx).userId };
  });
  router.delete('/reports/:id', allow(isEditor), (ctx) => {
    ctx.status = 204;
  });

  app.use(router.routes());
  return app;
}
