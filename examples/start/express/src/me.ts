import { getAuth } from '@torii/express';
import { Router } from 'express';
import { requireUser } from './torii.ts';

export const me: Router = Router();

me.get('/me', requireUser, (req, res) => {
  res.json({ userId: getAuth(req).userId });
});
