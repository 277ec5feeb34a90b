import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookEvent,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';

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
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, request: Request) => unknown;

const remedy = 'Hand the request to the webhook handler before anything else reads its body, or a `request.clone()`.';

/**
 * Receives Torii's webhooks in a route handler: verifies each delivery and answers it. Errors of `handler` go to Next, which
 * logs them and answers 500.
 *
 * @example
 * export const POST = webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *   if (event.type === 'user.deleted') await forget(event.data.id);
 * });
 *
 * @throws ToriiConfigError for a wrong option, saying what to write. For a secret that is not set not before the first
 * request, since `next build` runs this too, where there are no secrets.
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): (request: Request) => Promise<Response> {
  requireHandler(handler);
  const isSecretUnset = [options?.secret].flat().includes(undefined);
  let receiver: WebhookReceiver<More> | undefined = isSecretUnset ? undefined : createWebhookReceiver<More>(options);
  return async (request) => {
    receiver ??= createWebhookReceiver<More>(options);
    const { headers, body: stream, bodyUsed } = request;
    const isRead = bodyUsed || stream?.locked === true;
    const payload = () => findPayload({ kept: [], isRead, stream, remedy });
    const { body, ...answer } = await receiver.receive({ headers, payload }, (event) => handler(event, request));
    return Response.json(body, answer);
  };
}
