import { ToriiWebhookError } from '../errors.ts';
import type { Session, User } from './generated/entities.ts';

// Provisional, like the scheme of the signature: Torii has not published what its webhooks look like. What is known of the
// body, and of what happens to whom, is in this file alone.

/** A user, as the REST API gives them. Dates are ISO 8601. */
export interface WebhookUser extends User {}

/** A session, as the REST API lists it. Dates are ISO 8601. */
export interface WebhookSession extends Session {}

/** Each type of event, with what its `data` is: the user or the session as it was right after the event. */
export interface WebhookEventTypes {
  readonly 'user.created': WebhookUser;
  readonly 'user.updated': WebhookUser;
  readonly 'user.banned': WebhookUser;
  readonly 'user.unbanned': WebhookUser;
  readonly 'user.deleted': WebhookUser;
  readonly 'session.revoked': WebhookSession;
}

interface WebhookEventOf<Type, Data> {
  readonly type: Type;
  /** The same in every delivery of this event. */
  readonly id: string;
  /** When it happened, ISO 8601. */
  readonly created_at: string;
  /** The signature says who wrote this; its form is not checked. */
  readonly data: Data;
}

declare const unlisted: unique symbol;

/**
 * The type of an event that no map lists: any other string. A literal that no event has stands for it, since TypeScript
 * tells members of a union apart by literals alone, and would make every `data` unknown for the sake of one plain string.
 */
export type UnlistedEventType = '(any other type)' & { readonly [unlisted]: true };

type AllEventTypes<More extends object> = Omit<WebhookEventTypes, keyof More> & More;

/**
 * An event. `switch (event.type)` tells which one, and what `data` is then; in `default`, `data` is unknown. `More` lists
 * further types: `WebhookEvent<{ 'invoice.paid': Invoice }>`.
 */
export type WebhookEvent<More extends object = object> =
  | { [Type in keyof AllEventTypes<More>]: WebhookEventOf<Type, AllEventTypes<More>[Type]> }[keyof AllEventTypes<More>]
  | WebhookEventOf<UnlistedEventType, unknown>;

// RFC 3339: what a sender's clock would write, and nothing that only Date.parse of some engine understands.
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The event of a body that has been verified: `{ "id", "type", "created_at", "data" }`. What is signed beside the body stands
 * in for an id or a time that it lacks.
 *
 * @throws ToriiWebhookError `payload_malformed` or `id_mismatch`
 */
export function readEvent(
  body: Uint8Array,
  signed: { readonly id: string; readonly timestampSeconds: number },
): WebhookEventOf<string, unknown> {
  const members = parseObject(body);
  const { id = signed.id, type, data } = members;
  const { created_at: createdAt = new Date(signed.timestampSeconds * 1000).toISOString() } = members;
  if (id !== signed.id) {
    const message =
      'The body has another id than the header webhook-id, by which repeats are known. Nothing was handled.';
    throw new ToriiWebhookError('id_mismatch', message);
  }
  if (typeof type !== 'string' || type === '') throw malformed('has no `type`');
  if (typeof createdAt !== 'string' || !instant.test(createdAt) || Number.isNaN(Date.parse(createdAt))) {
    throw malformed('has a `created_at` that is no time');
  }
  if (data === undefined) throw malformed('has no `data`');
  return { type, id: signed.id, created_at: createdAt, data };
}

/** Without a prototype: what somebody put on Object.prototype is no member of a body. */
function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    // Without the cause, here and below: it quotes the body.
    throw malformed('is not UTF-8, which JSON is written in, whatever the charset of its Content-Type');
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
  return new ToriiWebhookError('payload_malformed', `The signature is good, but the body ${problem}.`);
}
