import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookAnnouncerOptions,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

export type { Denial, DenialBody, DenialCode, DenialStatus, Reason } from '@torii/core';
export {
  type NotAnnouncedReason,
  type RevocationAnnouncer,
  type RevocationMoment,
  ToriiConfigError,
  ToriiWebhookError,
  type UnlistedEventType,
  type WebhookAnnouncerOptions,
  type WebhookDenialBody,
  type WebhookDenialStatus,
  type WebhookEvent,
  type WebhookEventOf,
  type WebhookEventTypes,
  type WebhookReason,
  type WebhookReceiverEvent,
  type WebhookReceiverEventListener,
  type WebhookReceiverOptions,
  type WebhookRules,
  type WebhookSession,
  type WebhookStore,
  type WebhookUser,
} from '@torii/core/webhooks';
export type { KoaContext, KoaMiddleware } from './koa-middleware.ts';

/**
 * Handles a webhook event. When the handler returns, or its promise fulfills, the delivery is answered with 200. If it
 * throws or rejects, the delivery is answered with 500, and Torii sends the event again.
 */
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, ctx: KoaContext) => unknown;

const remedy =
  'Put the route before the body parser, or use @koa/bodyparser or koa-bodyparser, which keep the raw text of JSON bodies in ctx.request.rawBody.';

/**
 * Receives Torii's webhooks: verifies each delivery, calls `handler` and responds. The route needs no body parser,
 * because this function reads the raw body. If a parser runs before it, the parser must keep the raw body. Errors that
 * `handler` throws are passed to the error handling of your Koa app, with status 500.
 *
 * @example
 * router.post('/webhooks', webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): KoaMiddleware;
/** With `revocations`, bans, deletions and revoked sessions are announced to all your servers. A handler is optional then. */
export function webhookHandler(options: WebhookAnnouncerOptions): KoaMiddleware;
export function webhookHandler<More extends object>(
  options: WebhookReceiverOptions,
  ...handlers: readonly WebhookHandler<More>[]
): KoaMiddleware {
  requireHandler(options, handlers);
  const [handler] = handlers;
  const receiver = createWebhookReceiver<More>(options);
  return async (ctx) => {
    const { req, request } = ctx;
    const payload = () => {
      const kept = [Reflect.get(request, 'rawBody'), Reflect.get(req, 'rawBody'), Reflect.get(request, 'body')];
      return findPayload({ kept, isRead: req.readableDidRead, stream: req, remedy });
    };
    const answer = await receiver.receive({ headers: req, payload }, (event) => handler?.(event, ctx));
    ctx.set(answer.headers);
    ctx.body = answer.body;
    ctx.status = answer.status;
  };
}
