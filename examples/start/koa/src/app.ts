import Koa from 'koa';
import { me } from './me.ts';

export const app: Koa = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path === '/') ctx.body = { hello: 'This route is public. GET /me needs a token.' };
  else await next();
});

app.use(me.routes());
