import { allow, getAuth, requireAuth } from '@torii/fastify';
import Fastify from 'fastify';

const app = Fastify();
const isAdmin = allow((auth) => auth.organization?.role === 'org:administrator');

app.addHook('onRequest', requireAuth({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] })); // https://acme.torii.so, from your dashboard
app.get('/health', async () => 'ok');
app.get('/me', async (request) => ({ userId: getAuth(request).userId }));
app.delete('/cache', { onRequest: isAdmin }, async () => 'cleared');

await app.listen({ port: 3000 });
