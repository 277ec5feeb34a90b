import { getAuth, requireAuth } from '@torii/koa';
import Koa from 'koa';
import { pino } from 'pino';

const log = pino();
const app = new Koa();
// #region guard
app.use(
  requireAuth(
    { issuer: process.env.TORII_ISSUER },
    {
      onError({ status, body }, error, ctx) {
        log.info({ status, reason: body.error.reason, method: ctx.method, path: ctx.path }, error.message);
        return undefined;
      },
    },
  ),
);
// #endregion
app.use((ctx) => {
  ctx.body = { userId: getAuth(ctx).userId };
});

export const server = app.listen(Number(process.env.PORT ?? 3000));
