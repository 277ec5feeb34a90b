import { getAuth } from '@torii/hono';
import { Hono } from 'hono';
import { requireUser } from './torii.ts';

export const me = new Hono();

me.get('/me', requireUser, (c) => c.json({ userId: getAuth(c).userId }));
