import { createToriiClient, ToriiApiError } from '@torii/api';
import { createVerifier, getAuth, requireAuth } from '@torii/express';
import express, { type Express } from 'express';

export interface Settings {
  readonly issuer: string;
  readonly secretKey: string;
  readonly apiUrl: string;
}

export function createApp({ issuer, secretKey, apiUrl }: Settings): Express {
  const app = express();
  const verifier = createVerifier({ issuer });
  const torii = createToriiClient({ secretKey, apiUrl });

  app.get('/health', (_req, res) => void res.send('ok'));
  app.use(requireAuth(verifier));

  app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
  app.get('/check', async (req, res) => {
    const auth = await verifier.verify(String(req.headers['x-user-token']));
    res.json({ userId: auth.userId });
  });
  app.get('/users/:id', async (req, res) => {
    try {
      const user = await torii.users.get(req.params.id);
      await torii.users.update(user.id, { firstName: 'Ada', lastName: null });
      res.json({ email: user.email });
    } catch (error) {
      if (error instanceof ToriiApiError && error.status === 404) res.sendStatus(404);
      else throw error;
    }
  });
  return app;
}
