import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookAnnouncerOptions,
  type WebhookEvent,
  type WebhookPayload,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import { respond } from './answer.ts';
import type { HonoContext, HonoHandler } from './hono-middleware.ts';
import { describe } from './request-parts.ts';

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
export type { HonoContext, HonoHandler } from './hono-middleware.ts';

/**
 * Handles a webhook event. When the handler returns, or its promise fulfills, the delivery is answered with 200. If it
 * throws or rejects, the delivery is answered with 500, and Torii sends the event again.
 */
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, c: HonoContext) => unknown;

const remedy = 'Put the route before middleware that reads the body, or read the body with `c.req.text()`.';

/**
 * Receives Torii's webhooks: verifies each delivery, calls `handler` and responds. This function reads the raw body. If other
 * middleware reads the body before, it must use `c.req.text()` or `c.req.arrayBuffer()`. Errors that `handler` throws are passed to
 * `app.onError`; the default one responds with 500.
 *
 * @example
 * app.post('/webhooks', webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * }));
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): HonoHandler;
/** With `revocations`, bans, deletions and revoked sessions are announced to all your servers. A handler is optional then. */
export function webhookHandler(options: WebhookAnnouncerOptions): HonoHandler;
export function webhookHandler<More extends object>(
  options: WebhookReceiverOptions,
  ...handlers: readonly WebhookHandler<More>[]
): HonoHandler {
  requireHandler(options, handlers);
  const [handler] = handlers;
  const receiver = createWebhookReceiver<More>(options);
  return async (c) => {
    const payload = (): WebhookPayload => {
      const { raw, bodyCache } = c.req;
      const kept = bodyCache.arrayBuffer ?? bodyCache.text;
      const stream = kept === undefined ? raw.body : chunksOf(kept);
      return findPayload({ kept: [], isRead: kept === undefined && raw.bodyUsed, stream, remedy });
    };
    return respond(c, await receiver.receive({ headers: describe(c), payload }, (event) => handler?.(event, c)));
  };
}

// If other code has read the body, Hono has kept the promise of it.
async function* chunksOf(kept: unknown): AsyncGenerator<Uint8Array> {
  const body = (await kept) as string | ArrayBuffer;
  yield typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body);
}
