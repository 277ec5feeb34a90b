import { serve } from '@hono/node-server';
import { getAuth, requireAuth } from '@torii/hono';
import { Hono } from 'hono';
import { cors } from 'hono/cors';

const app = new Hono();
app.use(
  cors({
    origin: ['https://app.example.com'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['WWW-Authenticate', 'Retry-After'],
    maxAge: 3600,
  }),
);
app.use(requireAuth({ issuer: process.env.TORII_ISSUER })); // after cors
app.get('/me', (c) => c.json({ userId: getAuth(c).userId }));

export const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
