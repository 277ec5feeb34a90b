import Router from '@koa/router';
import { koaJwtSecret } from 'jwks-rsa';
import Koa from 'koa';
import jwt from 'koa-jwt';

export interface Settings {
  readonly issuer: string;
  readonly jwksUri: string;
}

export function createApp({ issuer, jwksUri }: Settings): Koa {
  const app = new Koa();
  const router = new Router();

  app.use(
    jwt({
      secret: koaJwtSecret({ jwksUri }),
      algorithms: ['RS256'],
      issuer,
      audience: 'https://api.example.com',
      cookie: 'access_token',
    }).unless({ path: ['/health'] }),
  );

  router.get('/health', (ctx) => {
    ctx.body = 'ok';
  });
  router.get('/me', (ctx) => {
    ctx.body = { userId: ctx.state['user'].sub };
  });
  router.delete('/reports/:id', (ctx) => {
    if (ctx.state['user'].role !== 'editor') ctx.throw(403);
    ctx.status = 204;
  });

  app.use(router.routes());
  return app;
}
