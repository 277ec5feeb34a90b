import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import type { Context, Middleware } from 'koa';

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
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, ctx: Context) => unknown;

const remedy =
  'Put the route before the body parser, or use @koa/bodyparser or koa-bodyparser, which keep the text of JSON in ctx.request.rawBody.';

/**
 * Receives Torii's webhooks: verifies each delivery and answers it. Reads the body itself, so that the route needs no body
 * parser; one that keeps the text may stand before it. Errors of `handler` go to your error handling, and become a 500.
 *
 * @example
 * router.post('/webhooks', webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * }));
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): Middleware {
  requireHandler(handler);
  const receiver = createWebhookReceiver<More>(options);
  return async (ctx) => {
    const { req } = ctx;
    const payload = () => findPayload({ kept: keptBy(ctx), isRead: req.readableDidRead, stream: req, remedy });
    const answer = await receiver.receive({ headers: req, payload }, (event) => handler(event, ctx));
    ctx.set(answer.headers);
    ctx.body = answer.body;
    ctx.status = answer.status;
  };
}

/** Parsers of JSON leave its text in `rawBody`; those of plain bytes leave them in `body`. */
function keptBy({ request, req }: Context): readonly unknown[] {
  return [Reflect.get(request, 'rawBody'), Reflect.get(req, 'rawBody'), Reflect.get(request, 'body')];
}
