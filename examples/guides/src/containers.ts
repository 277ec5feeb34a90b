import { getAuth, requireAuth } from '@torii/express';
import express from 'express';

const app = express();
app.get('/health', (_req, res) => void res.send('ok')); // above the guard: probes carry no token
app.use(requireAuth({ issuer: process.env.TORII_ISSUER }));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

const server = app.listen(Number(process.env.PORT ?? 3000), '0.0.0.0', () => {
  console.log('Listening on %j', server.address());
});
// Ends open requests first. Without a handler, the first process of a container ignores SIGTERM.
process.once('SIGTERM', () => server.close());
