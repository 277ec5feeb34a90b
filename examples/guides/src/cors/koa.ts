import cors from '@koa/cors';
import { getAuth, requireAuth } from '@torii/koa';
import Koa from 'koa';

const pages = ['https://app.example.com'];

const app = new Koa();
app.use(
  cors({
    // For other origins, no CORS header is sent, so the browser does not let the page read the response.
    origin: (ctx) => pages.find((page) => page === ctx.get('Origin')) ?? '',
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['WWW-Authenticate', 'Retry-After'],
    maxAge: 3600,
  }),
);
app.use(requireAuth({ issuer: process.env.TORII_ISSUER })); // after cors
app.use((ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});

export const server = app.listen(Number(process.env.PORT ?? 3000));
