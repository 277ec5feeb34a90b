import { isError } from '@torii/core/adapter';
import {
  createWebhookReceiver,
  findPayload,
  requireHandler,
  type WebhookAnnouncerOptions,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from '@torii/core/webhooks';
import type { RequestHandler } from 'express';
import { writeAnswer } from './answer.ts';
import type { ExpressRequest } from './express-request.ts';

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
export type { ExpressRequest } from './express-request.ts';

/**
 * Handles a webhook event. When the handler returns, or its promise fulfills, the delivery is answered with 200. If it
 * throws or rejects, the delivery is answered with 500, and Torii sends the event again.
 */
export type WebhookHandler<More extends object = object> = (event: WebhookEvent<More>, req: ExpressRequest) => unknown;

/** The route handler that `webhookHandler` returns: Express's `RequestHandler`, under a name without type arguments. */
export interface WebhookRequestHandler extends RequestHandler {}

const remedy =
  'Put the route above app.use(express.json()), or add express.raw({ type: () => true }) to the route, or let the parser keep the bytes: express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }).';

/**
 * Receives Torii's webhooks: verifies each delivery, calls `handler` and responds. The route needs no body parser,
 * because this function reads the raw body. If a parser runs before it, the parser must keep the raw body. Errors that
 * `handler` throws are passed to your Express error handler, with status 500.
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
): WebhookRequestHandler;
/** With `revocations`, bans, deletions and revoked sessions are announced to all your servers. A handler is optional then. */
export function webhookHandler(options: WebhookAnnouncerOptions): WebhookRequestHandler;
export function webhookHandler<More extends object>(
  options: WebhookReceiverOptions,
  ...handlers: readonly WebhookHandler<More>[]
): WebhookRequestHandler {
  requireHandler(options, handlers);
  const [handler] = handlers;
  const receiver = createWebhookReceiver<More>(options);
  return async (req, res, next) => {
    try {
      const payload = () => {
        const kept = [Reflect.get(req, 'rawBody'), req.body];
        return findPayload({ kept, isRead: req.readableDidRead, stream: req, remedy });
      };
      const answer = await receiver.receive({ headers: req, payload }, (event) => handler?.(event, req));
      if (!res.headersSent) writeAnswer(res, answer);
    } catch (error) {
      // A failed handler is a server error: replace any other status that earlier middleware has set, such as 404.
      if (!res.headersSent) res.statusCode = 500;
      // Call `next` instead of rejecting: Express 4 does not handle a rejection, which would end the process. Always
      // pass an Error: after `next(undefined)` or `next('route')`, Express would continue with the next handler or
      // route.
      next(
        isError(error) ? error : new Error('A webhook handler threw a non-Error value; see `cause`.', { cause: error }),
      );
    }
  };
}
