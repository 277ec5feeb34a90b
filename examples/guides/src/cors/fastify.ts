import cors from '@fastify/cors';
import { getAuth, requireAuth } from '@torii/fastify';
import Fastify from 'fastify';

const app = Fastify();
await app.register(cors, {
  origin: ['https://app.example.com'],
  allowedHeaders: ['Authorization', 'Content-Type'],
  exposedHeaders: ['WWW-Authenticate', 'Retry-After'],
  methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
  maxAge: 3600,
});
app.addHook('onRequest', requireAuth({ issuer: process.env.TORII_ISSUER })); // after cors
app.get('/me', async (request) => ({ userId: getAuth(request).userId }));

await app.listen({ port: Number(process.env.PORT ?? 3000) });
export const { server } = app;
