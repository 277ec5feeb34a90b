import { ToriiConfigError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookAnnouncerOptions,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendAnswer } from './reply.ts';

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

/**
 * Handles a webhook event. When the handler returns, or its promise fulfills, the delivery is answered with 200. If it
 * throws or rejects, the delivery is answered with 500, and Torii sends the event again.
 */
export type WebhookHandler<More extends object = object> = (
  event: WebhookEvent<More>,
  request: FastifyRequest,
) => unknown;

/** The plugin that `webhookHandler` returns, for `app.register`. */
export type WebhookPlugin = (app: { readonly post: unknown }, options: object, done: () => void) => void;

const remedy =
  'A hook has read it. Register webhookHandler in a plugin without that hook, or let the hook keep the bytes in request.rawBody.';

/**
 * Receives Torii's webhooks: verifies each delivery, calls `handler` and responds. The result is a plugin in which Fastify parses
 * no body, because the signature covers the raw body. The parsers of your other routes still work. Errors that
 * `handler` throws are passed to your error handler, with status 500.
 *
 * @example
 * app.register(
 *   webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET }, async (event) => {
 *     if (event.type === 'user.deleted') await forget(event.data.id);
 *   }),
 *   { prefix: '/webhooks' },
 * );
 *
 * @throws ToriiConfigError if an option is wrong. The message says what to write instead.
 */
export function webhookHandler<More extends object = object>(
  options: WebhookReceiverOptions,
  handler: WebhookHandler<More>,
): WebhookPlugin;
/** With `revocations`, bans, deletions and revoked sessions are announced to all your servers. A handler is optional then. */
export function webhookHandler(options: WebhookAnnouncerOptions): WebhookPlugin;
export function webhookHandler<More extends object>(
  options: WebhookReceiverOptions,
  ...handlers: readonly WebhookHandler<More>[]
): WebhookPlugin {
  requireHandler(options, handlers);
  const [handler] = handlers;
  const receiver = createWebhookReceiver<More>(options);
  return (given, _options, done) => {
    const app = appFrom(given);
    app.removeAllContentTypeParsers();
    // The receiver reads the stream, with its own limit of size.
    app.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    app.post('/', { prefixTrailingSlash: 'no-slash', config: { requireGuard: false } }, async (request, reply) => {
      try {
        const payload = () => {
          const { raw, body } = request;
          const stream = (body ?? raw) as AsyncIterable<Uint8Array>;
          return findPayload({ kept: [Reflect.get(request, 'rawBody')], isRead: raw.readableDidRead, stream, remedy });
        };
        const answer = await receiver.receive({ headers: request.raw, payload }, (event) => handler?.(event, request));
        if (!reply.sent) sendAnswer(reply, answer);
      } catch (error) {
        // A failed handler is a server error: replace any other status that an earlier hook has set.
        if (!reply.sent) reply.code(500);
        throw isError(error)
          ? error
          : new Error('A webhook handler threw a non-Error value; see `cause`.', { cause: error });
      }
      return reply;
    });
    done();
  };
}

function appFrom(given: object): FastifyInstance {
  const app = given as FastifyInstance;
  if (typeof app.addContentTypeParser === 'function') return app;
  const example = "app.register(webhookHandler({ secret }, handler), { prefix: '/webhooks' })";
  throw new ToriiConfigError('webhookHandler', `\`webhookHandler\` returns a plugin, not a handler. Write ${example}.`);
}
