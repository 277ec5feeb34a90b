export { ToriiConfigError, ToriiWebhookError, type WebhookReason } from './errors.ts';
export { type FrameworkBody, findPayload, type WebhookPayload } from './webhook-body.ts';
export type {
  UnlistedEventType,
  WebhookEvent,
  WebhookEventTypes,
  WebhookSession,
  WebhookUser,
} from './webhook-events.ts';
export {
  createWebhookReceiver,
  type ReceivedDelivery,
  requireHandler,
  type WebhookAnswer,
  type WebhookNotice,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from './webhook-receiver.ts';
export type { WebhookStore } from './webhook-repeats.ts';
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookDelivery,
  type WebhookRules,
} from './webhook-verify.ts';
