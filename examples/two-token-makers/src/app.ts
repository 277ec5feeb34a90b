import { getAuth, requireAuth } from '@torii/express';
import express, { type Express } from 'express';
import { type Account, accountOf } from './accounts.ts';
import { Callers } from './callers.ts';
import { createAppVerifier, type MoveOptions } from './verifier.ts';

export function createApp(move: Omit<MoveOptions, 'callers'>, accounts: readonly Account[]): Express {
  const callers = new Callers();
  const app = express();

  // For your metrics system. Do not make it public.
  app.get('/counts', (_request, response) => {
    response.json({ verified: callers.verified, observed: callers.observed });
  });

  app.use(requireAuth(createAppVerifier({ ...move, callers })));

  app.get('/me', (request, response) => {
    const auth = getAuth(request);
    const account = accountOf(auth, accounts);
    if (account === undefined) response.status(403).json({ error: 'There is no account for this user.' });
    else response.json({ account: account.id, issuer: auth.issuer });
  });
  return app;
}
