import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookAnnouncerOptions,
  type WebhookEvent,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';

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

/** Handles a webhook event. If the handler throws or its promise rejects, Torii delivers the event again. */
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, request: Request) => unknown;

const remedy = 'Pass the request to the webhook handler before other code reads its body, or pass a `request.clone()`.';

/**
 * Creates a route handler that receives Torii's webhooks. The route handler verifies each delivery, calls `handler`,
 * and responds. Errors of `handler` are passed to Next, which logs them and responds with 500; Torii then delivers the
 * event again.
 *
 * @example
 * export const POST = webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * });
 *
 * @throws ToriiConfigError for an invalid option; the message says what to write. A secret that is not set is reported
 * on the first request instead, because `next build` also runs this code and usually has no secrets.
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): (request: Request) => Promise<Response>;
/** With `revocations`, bans, deletions and revoked sessions are announced to all your servers. A handler is optional then. */
export function webhookHandler(options: WebhookAnnouncerOptions): (request: Request) => Promise<Response>;
export function webhookHandler<More extends object>(
  options: WebhookReceiverOptions,
  ...handlers: readonly WebhookHandler<More>[]
): (request: Request) => Promise<Response> {
  requireHandler(options, handlers);
  const [handler] = handlers;
  const isSecretUnset = [options?.secret].flat().includes(undefined);
  let receiver: WebhookReceiver<More> | undefined = isSecretUnset ? undefined : createWebhookReceiver<More>(options);
  return async (request) => {
    receiver ??= createWebhookReceiver<More>(options);
    const { headers, body: stream, bodyUsed } = request;
    const isRead = bodyUsed || stream?.locked === true;
    const payload = () => findPayload({ kept: [], isRead, stream, remedy });
    const { body, ...answer } = await receiver.receive({ headers, payload }, (event) => handler?.(event, request));
    return Response.json(body, answer);
  };
}
