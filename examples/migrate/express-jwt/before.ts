import express, { type ErrorRequestHandler, type Express } from 'express';
import { expressjwt, type Request, UnauthorizedError } from 'express-jwt';
import { expressJwtSecret } from 'jwks-rsa';

export interface Settings {
  readonly issuer: string;
  readonly jwksUri: string;
}

export function createApp({ issuer, jwksUri }: Settings): Express {
  const app = express();

  app.use(
    expressjwt({
      secret: expressJwtSecret({ jwksUri }),
      algorithms: ['RS256'],
      issuer,
      audience: 'https://api.example.com',
    }).unless({ path: ['/health'] }),
  );

  app.get('/health', (_req, res) => void res.send('ok'));
  app.get('/me', (req: Request, res) => void res.json({ userId: req.auth?.sub }));
  app.delete('/reports/:id', (req: Request, res) => {
    if (req.auth?.['role'] === 'editor') res.sendStatus(204);
    else res.sendStatus(403);
  });

  const answer: ErrorRequestHandler = (error, _req, res, next) => {
    if (error instanceof UnauthorizedError) res.status(401).json({ error: error.code });
    else next(error);
  };
  app.use(answer);
  return app;
}
