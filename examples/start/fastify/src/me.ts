import { getAuth } from '@torii/fastify';
import type { FastifyInstance } from 'fastify';
import { requireUser } from './torii.ts';

export async function me(app: FastifyInstance): Promise<void> {
  app.get('/me', { onRequest: requireUser }, async (request) => ({ userId: getAuth(request).userId }));
}
