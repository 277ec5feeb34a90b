import { getAuth, requireAuth } from '@torii/koa';
import Koa from 'koa';

const app = new Koa();

app.use(requireAuth({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] })); // https://acme.torii.so, from your dashboard
app.use((ctx) => {
  ctx.body = ctx.path === '/health' ? 'ok' : { userId: getAuth(ctx).userId };
});

app.listen(3000);
