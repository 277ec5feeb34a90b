import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import type { Request, RequestHandler } from 'express';

export {
  ToriiWebhookError,
  type WebhookEvent,
  type WebhookReceiverEvent,
  type WebhookReceiverEventListener,
  type WebhookReceiverOptions,
  type WebhookSession,
  type WebhookStore,
  type WebhookUser,
} from '@torii/core/webhooks';

/** Handles an event. When it is done, or its promise is kept, Torii is told so; when it throws, Torii tries again. */
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, req: Request) => unknown;

const remedy =
  'Put the route above app.use(express.json()), or express.raw({ type: () => true }) into the route, or have the parser keep the bytes: express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }).';

/**
 * Receives Torii's webhooks: verifies each delivery and answers it. Reads the body itself, so that the route needs no body
 * parser; one that keeps the bytes may stand before it. Errors of `handler` go to your error handling, and become a 500.
 *
 * @example
 * app.post('/webhooks', webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * }));
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): RequestHandler {
  requireHandler(handler);
  const receiver = createWebhookReceiver<More>(options);
  return async (req, res, next) => {
    try {
      const payload = () => findPayload({ kept: keptBy(req), isRead: req.readableDidRead, stream: req, remedy });
      const answer = await receiver.receive({ headers: req, payload }, (event) => handler(event, req));
      // Unless somebody else has answered meanwhile, a time limit say.
      if (!res.headersSent) res.status(answer.status).set(answer.headers).json(answer.body);
    } catch (error) {
      // An answer that somebody prepared, a 404 say, is not that to a failure.
      if (!res.headersSent) res.status(500);
      // Never rejects: Express 4 would not notice, and the process would end. And never with what is no error, for which
      // Express goes on to the next route.
      next(error instanceof Error ? error : new Error('What failed is no error: see the cause.', { cause: error }));
    }
  };
}

/** `express.raw` and `express.text` leave the body as it came, and so do platforms in `rawBody`. */
function keptBy(req: Request): readonly unknown[] {
  return [Reflect.get(req, 'rawBody'), req.body];
}
