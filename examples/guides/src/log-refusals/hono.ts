import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { getAuth, requireAuth } from '@torii/hono';
import { Hono } from 'hono';
import { pino } from 'pino';

const log = pino();
const app = new Hono();
// #region guard
app.use(
  requireAuth(
    { issuer: process.env.TORII_ISSUER },
    {
      onError({ status, body }, error, c) {
        log.info({ status, reason: body.error.reason, method: c.req.method, path: c.req.path }, error.message);
        return undefined;
      },
    },
  ),
);
// #endregion
app.get('/me', (c) => c.json({ userId: getAuth(c).userId }));

export const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }) as Server;
