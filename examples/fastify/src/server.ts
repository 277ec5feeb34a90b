import { allow, type Check, getAuth, requireAuth, requireGuard } from '@torii/fastify';
import { fastify } from 'fastify';
import { options } from './revocations.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

const app = fastify();

// A route without a guard, added by mistake, would answer 500.
app.addHook('onRoute', requireGuard);

app.get('/', { config: { requireGuard: false } }, async () => {
  return { hello: 'This route is public. GET /me needs a token.' };
});

// All routes of this plugin need a token.
app.register(async (members) => {
  members.addHook('onRequest', requireAuth({ issuer: process.env['TORII_ISSUER'], ...options }));

  members.get('/me', async (request) => {
    const { userId, environmentId, organization } = getAuth(request);
    return { userId, environmentId, organization };
  });

  members.delete('/admin/cache', { onRequest: allow(isAdmin) }, async () => ({ cleared: true }));
});

const url = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`Fastify listens on ${url}`);
