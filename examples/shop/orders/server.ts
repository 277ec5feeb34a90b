// Takes orders, and reserves their items at the stock service with the token of the user who orders.
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import { type Auth, getAuth, getToken, requireAuth } from '@torii/koa';
import Koa, { type Context } from 'koa';
import { revocations } from '../revocations.ts';
import { type Buyer, listOrders, recordOrder } from './order-book.ts';
import { askStock, type Reservation, type StockAnswer } from './stock.ts';

const router = new Router();

router.get('/products', async (ctx) => {
  passOn(ctx, await askStock(getToken(ctx), { method: 'GET', path: '/products' }));
});

router.get('/orders', (ctx) => {
  ctx.body = { orders: listOrders(buyerFrom(getAuth(ctx))) };
});

router.post('/orders', async (ctx) => {
  const { sku, quantity } = Object(ctx.request.body);
  const answer = await askStock(getToken(ctx), {
    method: 'POST',
    path: '/reservations',
    body: { sku, quantity },
    idempotencyKey: ctx.get('Idempotency-Key'),
  });
  if (answer.status !== 201) return passOn(ctx, answer);
  ctx.status = 201;
  ctx.body = recordOrder(buyerFrom(getAuth(ctx)), answer.body as Reservation);
});

const app = new Koa();
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'], exposeToken: true, revocations }));
app.use(bodyParser({ enableTypes: ['json'], jsonLimit: '1kb' }));
app.use(router.routes());

function buyerFrom({ userId, organization }: Auth): Buyer {
  return { userId, organizationId: organization?.id ?? null };
}

/** Answers as the stock service did: it may have refused the user's token or role, or the item. */
function passOn(ctx: Context, { status, headers, body }: StockAnswer): void {
  const isForCaller = status < 300 || (status >= 400 && status < 500) || status === 503;
  ctx.status = isForCaller ? status : 502;
  ctx.body = isForCaller ? body : { error: { code: 'bad_gateway', message: 'The stock service failed.' } };
  for (const name of ['Cache-Control', 'Retry-After', 'Vary', 'WWW-Authenticate']) {
    const value = headers.get(name);
    if (value !== null) ctx.set(name, value);
  }
}

const server = app.listen(Number(process.env['PORT'] ?? 3001), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`orders listens on http://127.0.0.1:${address?.port}`);
});
server.requestTimeout = 5000;
