import { parseRfc3339 } from '../time/rfc3339.ts';
import { ToriiWebhookError } from './errors.ts';
import type { Session, User } from './generated/entities.ts';

// Provisional: Torii has not published the format of its webhooks. Only this file depends on it.

/** A user, as in the REST API. Dates are ISO 8601. */
export interface WebhookUser extends User {}

/** A session, as in the REST API. Dates are ISO 8601. */
export interface WebhookSession extends Session {}

/** The event types, and the `data` of each: the user or session right after the event. */
export interface WebhookEventTypes {
  readonly 'user.created': WebhookUser;
  readonly 'user.updated': WebhookUser;
  readonly 'user.banned': WebhookUser;
  readonly 'user.unbanned': WebhookUser;
  readonly 'user.deleted': WebhookUser;
  readonly 'session.revoked': WebhookSession;
}

/** A webhook event of one type. */
export interface WebhookEventOf<Type, Data> {
  readonly type: Type;
  /** The id of the event: the same in every delivery of the event. */
  readonly id: string;
  /** When the event happened, as ISO 8601. */
  readonly created_at: string;
  /** The user or session. The signature proves that Torii sent it, but its structure is not checked. */
  readonly data: Data;
}

declare const unlisted: unique symbol;

/** The type of an event that is not in `WebhookEventTypes`. Not `string`, which would make `data` always `unknown`. */
export type UnlistedEventType = '(any other type)' & { readonly [unlisted]: true };

type AllEventTypes<More extends object> = Omit<WebhookEventTypes, keyof More> & More;

/**
 * A webhook event. `switch (event.type)` narrows `data` to the type of that event; in `default`, `data` is `unknown`. Pass
 * further event types as `More`: `WebhookEvent<{ 'invoice.paid': Invoice }>`.
 */
export type WebhookEvent<More extends object = object> =
  | { [Type in keyof AllEventTypes<More>]: WebhookEventOf<Type, AllEventTypes<More>[Type]> }[keyof AllEventTypes<More>]
  | WebhookEventOf<UnlistedEventType, unknown>;

export function readEvent(
  body: Uint8Array,
  signed: { readonly id: string; readonly timestampSeconds: number },
): WebhookEventOf<string, unknown> {
  const members = parseObject(body);
  const { id = signed.id, type, data } = members;
  const { created_at: createdAt = new Date(signed.timestampSeconds * 1000).toISOString() } = members;
  if (id !== signed.id) {
    const message =
      'The id in the body differs from the header webhook-id, which identifies repeats. The event was not handled.';
    throw new ToriiWebhookError('id_mismatch', message);
  }
  if (typeof type !== 'string' || type === '') throw malformed('has no `type`');
  if (typeof createdAt !== 'string' || parseRfc3339(createdAt) === undefined) {
    throw malformed('has a `created_at` that is not an RFC 3339 time');
  }
  if (data === undefined) throw malformed('has no `data`');
  return { type, id: signed.id, created_at: createdAt, data };
}

// Returns an object without a prototype, so that prototype pollution cannot add members.
function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    // Leave `cause` out, because the message of a parser error quotes the body.
    throw malformed('is not UTF-8. JSON must be UTF-8, even if the Content-Type names another charset');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('is not a JSON object');
  return Object.assign(Object.create(null), value);
}

function malformed(problem: string): ToriiWebhookError {
  return new ToriiWebhookError('payload_malformed', `The signature is valid, but the body ${problem}.`);
}
