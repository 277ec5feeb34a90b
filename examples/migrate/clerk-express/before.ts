import { clerkMiddleware, getAuth } from '@clerk/express';
import express, { type Express } from 'express';

export interface Settings {
  readonly publishableKey: string;
  readonly secretKey: string;
  /** The public key of the instance, as PEM. */
  readonly jwtKey: string;
}

export function createApp(settings: Settings): Express {
  const app = express();

  app.use(clerkMiddleware({ ...settings, authorizedParties: ['https://app.example.com'] }));

  app.get('/health', (_req, res) => void res.send('ok'));
  app.get('/me', (req, res) => {
    const { userId } = getAuth(req);
    if (userId === null) res.status(401).json({ error: 'Unauthorized' });
    else res.json({ userId });
  });
  app.delete('/reports/:id', (req, res) => {
    const { userId, has } = getAuth(req);
    if (userId === null) res.status(401).json({ error: 'Unauthorized' });
    else if (!has({ role: 'org:editor' })) res.status(403).json({ error: 'Forbidden' });
    else res.sendStatus(204);
  });
  return app;
}
