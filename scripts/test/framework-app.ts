// An app for installed-types.matrix.test.ts, with frameworks that send a denial and show a request in their own ways.
import { versionOf } from '../packed-app.ts';

export const frameworks: { readonly others: Readonly<Record<string, string>>; readonly source: string } = {
  others: {
    hono: versionOf('hono', 'conformance'),
    fastify: versionOf('fastify', 'conformance'),
    '@trpc/server': versionOf('@trpc/server', 'docs'),
    elysia: '1.4.30',
  },
  source: `
import { createServer } from 'node:http';
import { createVerifier, type Denial, denialFor, ToriiAuthError, ToriiError, ToriiForbiddenError, ToriiUnavailableError } from '@torii/core';
import { answerFor } from '@torii/core/adapter';
import { createWebhookReceiver, ToriiWebhookError } from '@torii/core/webhooks';
import { TRPCError } from '@trpc/server';
import { Elysia } from 'elysia';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';

const verifier = createVerifier({ issuer: 'https://acme.torii.so' });
const receiver = createWebhookReceiver({ secret: 'whsec_abc' });

const hono = new Hono<{ Variables: { userId: string } }>();
hono.use(async (c, next) => {
  const { auth, denial } = await verifier.check(c.req.raw);
  if (denial) return c.json(denial.body, denial.status, denial.headers);
  c.set('userId', auth.userId);
  await next();
});
hono.get('/headers', async (c) => {
  const { denial } = await verifier.check(c.req.header());
  return denial ? c.json(denial.body, denial) : c.text('');
});
hono.get('/text', async (c) => {
  const { denial } = await verifier.check(c.req.raw.headers);
  if (denial) {
    c.status(denial.status);
    return c.body(JSON.stringify(denial.body), denial.status, denial.headers);
  }
  return c.newResponse(null);
});
hono.post('/webhooks', async (c) => {
  const answer = await receiver.receive({ headers: c.req.raw.headers, payload: await c.req.text() }, () => undefined);
  return c.json(answer.body, answer.status, answer.headers);
});
hono.onError(async (error, c) => {
  const denial = denialFor(error);
  if (denial) return c.json(denial.body, denial.status, denial.headers);
  if (error instanceof ToriiAuthError) throw new HTTPException(error.status, { message: error.message });
  if (error instanceof ToriiForbiddenError) throw new HTTPException(error.statusCode);
  if (error instanceof ToriiUnavailableError) throw new HTTPException(error.status);
  if (error instanceof ToriiWebhookError) throw new HTTPException(error.status);
  const answer = await answerFor(error, c, undefined);
  return Response.json(answer.body, answer);
});

const fastify = Fastify();
fastify.addHook('onRequest', async (request, reply) => {
  const { denial } = await verifier.check(request.raw);
  if (denial) return reply.code(denial.status).headers(denial.headers).send(denial.body);
  await verifier.authenticate(request);
});
fastify.get<{ Reply: { 200: { id: string }; 401: Denial['body'] } }>('/typed', async (request, reply) => {
  const { auth, denial } = await verifier.check(request.headers);
  if (denial?.status === 401) return reply.headers(denial.headers).code(denial.status).send(denial.body);
  return { id: auth?.userId ?? '' };
});

new Elysia()
  .onBeforeHandle(async ({ request, set, status }) => {
    const { denial } = await verifier.check(request);
    if (!denial) return;
    Object.assign(set.headers, denial.headers);
    return status(denial.status, denial.body);
  })
  .get('/set', async ({ headers, set }) => {
    const { denial } = await verifier.check(headers);
    if (!denial) return 'ok';
    set.status = denial.status;
    set.headers = { ...denial.headers };
    return denial.body;
  });

const codes = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 503: 'SERVICE_UNAVAILABLE' } as const;
export function trpcErrorFrom(error: unknown): unknown {
  const denial = denialFor(error);
  return denial ? new TRPCError({ code: codes[denial.status], message: denial.body.error.message }) : error;
}
const kinds = { authentication_failed: 401, bad_request: 400, forbidden: 403, unavailable: 503 } as const;
export const kindOf = (denial: Denial): 400 | 401 | 403 | 503 => kinds[denial.body.error.code];

createServer(async (req, res) => {
  const { denial } = await verifier.check(req);
  if (denial) {
    res.writeHead(denial.status, denial.headers).end(JSON.stringify(denial.body));
    new Response(null, denial);
    Response.json(denial.body, { status: denial.status, headers: new Headers(denial.headers) });
    for (const [name, value] of Object.entries(denial.headers)) res.setHeader(name, value);
    res.setHeaders(new Map(Object.entries(denial.headers)));
  }
}).on('upgrade', (req, socket) => void verifier.check(req).catch(() => socket.destroy()));

// Events of other servers: AWS Lambda (API Gateway and function URLs), Netlify, Azure Functions.
export interface LambdaEvent {
  headers: { [name: string]: string | undefined };
  multiValueHeaders?: { [name: string]: string[] | undefined };
}
export async function handler(event: LambdaEvent): Promise<{ statusCode: number; headers: { [header: string]: boolean | number | string }; body: string }> {
  const { auth, denial } = await verifier.check(event.headers);
  if (denial) return { statusCode: denial.status, headers: { ...denial.headers, 'Content-Type': 'application/json' }, body: JSON.stringify(denial.body) };
  return { statusCode: 200, headers: {}, body: auth.userId };
}
export const failed = (error: unknown): string => (error instanceof ToriiError ? error.code : 'unknown');
`,
};
