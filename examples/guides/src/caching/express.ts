import { getAuth, requireAuth } from '@torii/express';
import express from 'express';

const app = express();

// The same for everyone, so caches may store it. Above the guard.
app.get('/prices', (_req, res) => void res.set('Cache-Control', 'public, max-age=60').json({ coffee: 30 }));

app.use(requireAuth({ issuer: process.env.TORII_ISSUER, cookie: 'token' }));
// Every answer to a caller is for this caller alone.
app.use((_req, res, next) => {
  res.set('Cache-Control', 'private, no-store').vary('Authorization, Cookie');
  next();
});
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

export const server = app.listen(Number(process.env.PORT ?? 3000));
