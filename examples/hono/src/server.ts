import { serve } from '@hono/node-server';
import { type AuthVariables, allow, type Check, getAuth, requireAuth } from '@torii/hono';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { options } from './revocations.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

const app = new Hono<{ Variables: AuthVariables }>();

// CORS comes first: it answers preflights, which carry no token, and lets the page read refusals.
const webOrigin = process.env['WEB_ORIGIN'];
if (webOrigin !== undefined) app.use(cors({ origin: webOrigin, exposeHeaders: ['WWW-Authenticate'] }));

// All routes except `/` need a token. Routes above this line would not.
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'], publicPaths: ['/'], ...options }));

app.get('/', (c) => c.json({ hello: 'This route is public. GET /me needs a token.' }));

app.get('/me', (c) => {
  const { userId, environmentId, organization } = getAuth(c);
  return c.json({ userId, environmentId, organization });
});

app.delete('/admin/cache', allow(isAdmin), (c) => c.json({ cleared: true }));

serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`Hono listens on http://127.0.0.1:${port}`),
);
