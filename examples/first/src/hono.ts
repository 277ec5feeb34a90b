import { serve } from '@hono/node-server';
import { allow, getAuth, requireAuth } from '@torii/hono';
import { Hono } from 'hono';

const app = new Hono();
const isAdmin = allow((auth) => auth.organization?.role === 'org:administrator');

app.use(requireAuth({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] })); // https://acme.torii.so, from your dashboard
app.get('/health', (c) => c.text('ok'));
app.get('/me', (c) => c.json({ userId: getAuth(c).userId }));
app.delete('/cache', isAdmin, (c) => c.text('cleared'));

serve({ fetch: app.fetch, port: 3000 });
