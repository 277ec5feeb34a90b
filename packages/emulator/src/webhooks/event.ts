import type { Session } from '../sessions/sessions.ts';
import type { User } from '../users/record.ts';

/** Everything that webhooks tell of. */
export const webhookEventTypes = [
  'user.created',
  'user.updated',
  'user.banned',
  'user.unbanned',
  'user.deleted',
  'session.revoked',
] as const;

/** What an event tells of. */
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** What can happen to a user. */
export type UserEventType = Exclude<WebhookEventType, 'session.revoked'>;

/**
 * What an event is about: the user after the change, as the REST API gives them, or the session as it has listed it until
 * then.
 */
export type WebhookData = Readonly<Record<UserEventType, User> & Record<'session.revoked', Session>>;

/** An event, as the body of its webhook has it. */
export type WebhookEvent = {
  [Type in WebhookEventType]: {
    /** The same over all attempts, and the header `webhook-id`. */
    readonly id: string;
    readonly type: Type;
    /** When it happened, by the emulator's clock. */
    readonly created_at: string;
    readonly data: WebhookData[Type];
  };
}[WebhookEventType];
