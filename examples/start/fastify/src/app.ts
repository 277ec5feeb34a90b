import Fastify, { type FastifyInstance } from 'fastify';
import { me } from './me.ts';

export function createApp(): FastifyInstance {
  const app = Fastify();
  app.get('/', async () => ({ hello: 'This route is public. GET /me needs a token.' }));
  app.register(me);
  return app;
}
