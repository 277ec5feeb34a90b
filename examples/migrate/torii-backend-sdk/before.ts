import { createToriiClient, ToriiApiError, verifyToken } from '@torii-backend/sdk';
import { requireAuth } from '@torii-backend/sdk/express';
import express, { type Express } from 'express';

export interface Settings {
  readonly issuer: string;
  readonly secretKey: string;
  readonly apiUrl: string;
}

export function createApp({ issuer, secretKey, apiUrl }: Settings): Express {
  const app = express();
  const torii = createToriiClient({ secretKey, apiUrl });

  app.get('/health', (_req, res) => void res.send('ok'));
  app.use(requireAuth({ issuer }));

  app.get('/me', (req, res) => void res.json({ userId: req.auth?.userId }));
  app.get('/check', async (req, res) => {
    const auth = await verifyToken(String(req.headers['x-user-token']), { issuer });
    res.json({ userId: auth.userId });
  });
  app.get('/users/:id', async (req, res) => {
    try {
      const user = await torii.users.get(req.params['id'] ?? '');
      await torii.users.update(user.id, { firstName: 'Ada', lastName: null });
      res.json({ email: user.email });
    } catch (error) {
      if (error instanceof ToriiApiError && error.status === 404) res.sendStatus(404);
      else throw error;
    }
  });
  return app;
}
