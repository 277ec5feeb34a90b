import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { webhookHandler as forExpress, type WebhookEvent } from '@torii/express/webhooks';
import { webhookHandler as forFastify } from '@torii/fastify/webhooks';
import { webhookHandler as forHono } from '@torii/hono/webhooks';
import { webhookHandler as forKoa } from '@torii/koa/webhooks';
import type express5 from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import type Koa3 from 'koa';
import { readWebhookTable } from '../src/case-table.ts';

export const { secrets } = readWebhookTable();

export type Visit = (eventId: string) => void;

/** Creates the webhook app that README.md describes: `POST /webhooks`, with a handler that throws for certain event types. */
export type CreateWebhookApp = (visit: Visit) => RequestListener;

export const handle =
  (visit: Visit) =>
  async (event: WebhookEvent): Promise<void> => {
    visit(event.id);
    const type: string = event.type;
    if (type === 'test.throws') throw new Error('thrown by the app');
    if (type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
  };

const options = () => ({ secret: [secrets.current, secrets.previous], store: new Map<string, object>() });

export const createExpressWebhookApp =
  (express: typeof express5): CreateWebhookApp =>
  (visit) => {
    const app = express().set('env', 'test'); // Express prints errors to the console in any other env.
    return app.post('/webhooks', forExpress(options(), handle(visit)));
  };

export const createKoaWebhookApp =
  (Koa: typeof Koa3): CreateWebhookApp =>
  (visit) => {
    const app = new Koa();
    app.silent = true;
    const receive = forKoa(options(), handle(visit));
    app.use((ctx, next) => (ctx.path === '/webhooks' ? receive(ctx, next) : next()));
    return app.callback();
  };

export const createHonoWebhookApp: CreateWebhookApp = (visit) => {
  const app = new Hono();
  app.onError((_error, c) => c.json({ app: 'error' }, 500)); // Hono prints errors to the console otherwise.
  app.post('/webhooks', forHono(options(), handle(visit)));
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
};

export const createFastifyWebhookApp: CreateWebhookApp = (visit) => {
  const app = fastify();
  app.register(forFastify(options(), handle(visit)), { prefix: '/webhooks' });
  return async (request, response) => {
    await app.ready();
    app.routing(request, response);
  };
};
