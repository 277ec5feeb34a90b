import type { RequestListener } from 'node:http';
import { webhookHandler as forExpress, type WebhookEvent } from '@torii/express/webhooks';
import { webhookHandler as forKoa } from '@torii/koa/webhooks';
import type express5 from 'express';
import type Koa3 from 'koa';

/** What the current webhook signs with, what it signed with before, and what nobody here has. */
export const secrets = {
  current: 'whsec_Y3VycmVudC1zZWNyZXQtb2YtdGhlLXdlYmhvb2s=',
  previous: 'whsec_cHJldmlvdXMtc2VjcmV0LW9mLXRoZS13ZWJob29r',
  stranger: 'whsec_c3RyYW5nZXItc2VjcmV0LW9mLXRoZS13ZWJob29r',
} as const;

/** Told of each event that is handled. */
export type Visit = (eventId: string) => void;

/** The server of README.md's webhooks: `POST /webhooks`, and a handler that fails where the type of the event says so. */
export type StandUpWebhooks = (visit: Visit) => RequestListener;

const handle =
  (visit: Visit) =>
  async (event: WebhookEvent): Promise<void> => {
    visit(event.id);
    const type: string = event.type;
    if (type === 'test.throws') throw new Error('thrown by the app');
    if (type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
  };

const options = () => ({ secret: [secrets.current, secrets.previous], store: new Map<string, object>() });

export const standUpExpressWebhooks =
  (express: typeof express5): StandUpWebhooks =>
  (visit) => {
    const app = express().set('env', 'test'); // Says nothing on the console of errors.
    return app.post('/webhooks', forExpress(options(), handle(visit)));
  };

export const standUpKoaWebhooks =
  (Koa: typeof Koa3): StandUpWebhooks =>
  (visit) => {
    const app = new Koa();
    app.silent = true;
    const receive = forKoa(options(), handle(visit));
    app.use((ctx, next) => (ctx.path === '/webhooks' ? receive(ctx, next) : next()));
    return app.callback();
  };
