import { getAuth, requireAuth } from '@torii/fastify';
import Fastify from 'fastify';
import { pino } from 'pino';

const app = Fastify({ loggerInstance: pino() });
// #region guard
app.addHook(
  'onRequest',
  requireAuth(
    { issuer: process.env.TORII_ISSUER },
    {
      onError({ status, body }, error, request) {
        // `request.log` adds `reqId`, as in the line `incoming request`, which has the method and the URL.
        request.log.info({ status, reason: body.error.reason }, error.message);
        return undefined;
      },
    },
  ),
);
// #endregion
app.get('/me', async (request) => ({ userId: getAuth(request).userId }));

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
export const { server } = app;
