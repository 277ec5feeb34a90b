import { allow, getAuth, requireAuth } from '@torii/express';
import express, { type Express } from 'express';

const isAdmin = allow((auth) => auth.organization?.role === 'org:administrator');

export function createApp(issuer: string | undefined): Express {
  const app = express();
  app.use(requireAuth({ issuer, publicPaths: ['/health'] }));
  app.get('/health', (_req, res) => void res.send('ok'));
  app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
  app.delete('/cache', isAdmin, (_req, res) => void res.send('cleared'));
  return app;
}
