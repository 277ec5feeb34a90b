export { ToriiConfigError } from '../errors.ts';
export type { HeadersLike, RequestLike, RevocationAnnouncer, RevocationMoment } from '../index.ts';
export type { NotAnnouncedReason } from './announcement.ts';
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
export { requireHandler } from './handler.ts';
export {
  createWebhookReceiver,
  type ReceivedDelivery,
  type WebhookAnnouncer,
  type WebhookAnnouncerOptions,
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
