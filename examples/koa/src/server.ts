import cors from '@koa/cors';
import Router from '@koa/router';
import { allow, type Check, getAuth, requireAuth } from '@torii/koa';
import Koa from 'koa';
import { options } from './revocations.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

const router = new Router();

router.get('/', (ctx) => {
  ctx.body = { hello: 'This route is public. GET /me needs a token.' };
});

router.get('/me', (ctx) => {
  const { userId, environmentId, organization } = getAuth(ctx);
  ctx.body = { userId, environmentId, organization };
});

router.delete('/admin/cache', allow(isAdmin), (ctx) => {
  ctx.body = { cleared: true };
});

const app = new Koa();

// CORS comes first: it answers preflights, which carry no token, and lets the page read refusals.
const webOrigin = process.env['WEB_ORIGIN'];
if (webOrigin !== undefined) app.use(cors({ origin: webOrigin, exposeHeaders: ['WWW-Authenticate'] }));

// All routes except `/` need a token.
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'], publicPaths: ['/'], ...options }));
app.use(router.routes());

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Koa listens on http://127.0.0.1:${address?.port}`);
});
