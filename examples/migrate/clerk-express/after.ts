import { allow, type Check, getAuth, requireAuth, type Verifier } from '@torii/express';
import express, { type Express } from 'express';

// Only tokens of Torii have an environment. Clerk's have the role in `o`, without `org:`.
const isEditor: Check<{ o?: { rol?: string } }> = ({ environmentId, organization, raw }) =>
  environmentId === null ? raw.o?.rol === 'editor' : organization?.role === 'org:editor';

export function createApp(verifier: Verifier): Express {
  const app = express();

  app.use(requireAuth(verifier));

  app.get('/health', (_req, res) => void res.send('ok'));
  app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
  app.delete('/reports/:id', allow(isEditor), (_req, res) => void res.sendStatus(204));
  return app;
}
