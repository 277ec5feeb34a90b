export { ToriiConfigError } from '../errors.ts';
export type { HeadersLike, RequestLike } from '../index.ts';
export { type FrameworkBody, findPayload, type WebhookPayload } from './body.ts';
export { ToriiWebhookError, type WebhookDenialBody, type WebhookDenialStatus, type WebhookReason } from './errors.ts';
export type {
  UnlistedEventType,
  WebhookEvent,
  WebhookEventOf,
  WebhookEventTypes,
  WebhookSession,
  WebhookUser,
} from './events.ts';
export {
  createWebhookReceiver,
  type ReceivedDelivery,
  requireHandler,
  type WebhookAnswer,
  type WebhookReceiver,
  type WebhookReceiverEvent,
  type WebhookReceiverEventListener,
  type WebhookReceiverOptions,
} from './receiver.ts';
export type { WebhookStore } from './repeats.ts';
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookDelivery,
  type WebhookRules,
} from './verify.ts';
