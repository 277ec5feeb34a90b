import { allow, type Check, getAuth, requireAuth, type Verifier } from '@torii/express';
import express, { type Express } from 'express';

// Only tokens of Torii have an environment.
const mayDeleteReports: Check = ({ environmentId, organization, raw }) =>
  environmentId === null ? hasScope(raw['scope'], 'delete:reports') : organization?.role === 'org:editor';

function hasScope(scopes: unknown, scope: string): boolean {
  return typeof scopes === 'string' && scopes.split(' ').includes(scope);
}

export function createApp(verifier: Verifier): Express {
  const app = express();

  app.use(requireAuth(verifier));

  app.get('/health', (_req, res) => void res.send('ok'));
  app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
  app.delete('/reports/:id', allow(mayDeleteReports), (_req, res) => void res.sendStatus(204));
  return app;
}
