import type { Session } from '../sessions/session.ts';
import { type SessionEventType, sessionEventTypes } from '../sessions/sessions.ts';
import type { User } from '../users/user.ts';
import { type UserEventType, userEventTypes } from '../users/users.ts';

/** What an event tells of. */
export type WebhookEventType = UserEventType | SessionEventType;

/** Everything that webhooks tell of. */
export const webhookEventTypes: readonly WebhookEventType[] = [...userEventTypes, ...sessionEventTypes];

/**
 * What an event is about: the user after the change, as the REST API gives them, or the session as it has listed it until
 * then.
 */
export type WebhookData = Readonly<Record<UserEventType, User> & Record<SessionEventType, Session>>;

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
