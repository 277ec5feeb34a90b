import { getAuth, requireAuth } from '@torii/express';
import express from 'express';
import { pino } from 'pino';

const log = pino();
const app = express();
app.use(
  requireAuth(
    { issuer: process.env.TORII_ISSUER },
    {
      onError({ status, body }, error, req) {
        const { reason } = body.error;
        log.info({ status, reason, method: req.method, path: req.baseUrl + req.path }, error.message);
        return undefined; // the response stays as it is
      },
    },
  ),
);
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

export const server = app.listen(Number(process.env.PORT ?? 3000));
