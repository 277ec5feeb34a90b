import { fastify } from 'fastify';
import { type Answer, answer } from './node-http.ts';
import { answerError, type CreateApp } from './subject.ts';

/** Core without a framework adapter, given Fastify's request, which wraps the one of Node. */
export const createCoreInFastifyApp: CreateApp = (subject) => {
  // Fastify answers a path that it cannot decode with 400.
  const app = fastify({ routerOptions: { maxParamLength: 10_000 } });
  app.all('/*', async (request, reply) => {
    const { status, headers = {}, body } = await answer(request, subject).catch((error): Answer => answerError(error));
    return reply.code(status).headers(headers).send(body);
  });
  return async (request, response) => {
    await app.ready();
    app.routing(request, response);
  };
};
