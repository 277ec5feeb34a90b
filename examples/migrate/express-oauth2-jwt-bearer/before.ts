import express, { type Express } from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';

export interface Settings {
  readonly issuerBaseURL: string;
}

export function createApp({ issuerBaseURL }: Settings): Express {
  const app = express();

  app.get('/health', (_req, res) => void res.send('ok'));
  app.use(auth({ issuerBaseURL, audience: 'https://api.example.com' }));

  app.get('/me', (req, res) => void res.json({ userId: req.auth?.payload.sub }));
  app.delete('/reports/:id', requiredScopes('delete:reports'), (_req, res) => void res.sendStatus(204));
  return app;
}
