import { allow, requireAuth } from '@torii/express';
import express from 'express';

/** A function, so that a test can pass the issuer of its emulator. */
export function createApp(issuer: string | undefined): express.Express {
  const app = express();
  app.use(requireAuth({ issuer }));
  const isAdmin = allow((auth) => auth.organization?.role === 'org:administrator');
  app.delete('/members/:id', isAdmin, (_req, res) => void res.sendStatus(204));
  return app;
}
