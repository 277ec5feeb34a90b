import Router from '@koa/router';
import { getAuth } from '@torii/koa';
import { requireUser } from './torii.ts';

export const me: Router = new Router();

me.get('/me', requireUser, (ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});
