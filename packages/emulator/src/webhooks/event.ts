import type { Session } from '../sessions/session.ts';
import { type SessionEventType, sessionEventTypes } from '../sessions/sessions.ts';
import type { User } from '../users/user.ts';
import { type UserEventType, userEventTypes } from '../users/users.ts';

/** The type of an event. */
export type WebhookEventType = UserEventType | SessionEventType;

export const webhookEventTypes: readonly WebhookEventType[] = [...userEventTypes, ...sessionEventTypes];

/**
 * The `data` of each event type, in the format of the REST API: the user after the change, or the session as it was
 * before it was revoked.
 */
export type WebhookData = Readonly<Record<UserEventType, User> & Record<SessionEventType, Session>>;

/** An event. The request body of a webhook is this object as JSON. */
export type WebhookEvent = {
  [Type in WebhookEventType]: {
    /** The id of the event, also sent as the header `webhook-id`. It is the same for all attempts. */
    readonly id: string;
    readonly type: Type;
    /** When the event happened, by the emulator's clock. */
    readonly created_at: string;
    readonly data: WebhookData[Type];
  };
}[WebhookEventType];
