import { announcerNames, readAnnouncer } from '../announcer.ts';
import { emitterFor } from '../emitter.ts';
import { loggable } from '../logs/loggable.ts';
import { omitUndefined, readFunction, readKnownOptions, wrongValue } from '../options/reader.ts';
import { type AwaitGuard, createAwaitGuard } from '../promises/await-guard.ts';
import type { RevocationAnnouncer } from '../revocations.ts';
import { announceEvent, type NotAnnouncedReason } from './announcement.ts';
import type { WebhookPayload } from './body.ts';
import { ToriiWebhookError, type WebhookDenialBody, type WebhookDenialStatus, webhookDenialFor } from './errors.ts';
import type { WebhookEvent } from './events.ts';
import { hasHandler, withoutStatus } from './handler.ts';
import { readRepeats, repeatNames } from './repeat-options.ts';
import type { Claim, WebhookStore } from './repeats.ts';
import {
  readRules,
  ruleNames,
  type VerifiedDelivery,
  verifyDelivery,
  type WebhookDelivery,
  type WebhookRules,
} from './verify.ts';

export interface WebhookReceiverOptions extends WebhookRules {
  /**
   * Stores which events have been handled, so that a repeated delivery is not handled again: a Keyv, or an object with the
   * same `get`, `set` and `delete`. Use a separate namespace for each webhook, because an event has the same id in every
   * webhook that receives it. `'memory'` remembers the last 100,000 events of this process, which is enough if the app has
   * only one. Without a store, every delivery of an event is handled.
   */
  readonly store?: WebhookStore | 'memory';
  /**
   * How many seconds the store remembers that an event was handled. Must be more than twice `toleranceSeconds`: for that
   * long, an attacker could replay a delivery. Should be more than the time in which Torii retries a delivery. At most 366
   * days.
   * @default 604800 (one week)
   */
  readonly rememberSeconds?: number;
  /**
   * How many seconds a delivery has to handle its event, if there is a store. Until the event is handled, other deliveries
   * of it are answered with 503; after that, with 200 and the status `repeated`. If the event is not handled in time, for
   * example because the process crashed, the next delivery handles it again. Waiting for the store and for `revocations`
   * can take up to half of this time. From 1 to 3600.
   * @default 60
   */
  readonly leaseSeconds?: number;
  /** Called with the outcome of each delivery. Errors of this function are ignored. */
  readonly onEvent?: WebhookReceiverEventListener | undefined;
  /**
   * Announces to all your servers that a user's tokens are revoked, when the events `user.banned`, `user.deleted` and
   * `session.revoked` arrive. The result of `createRevocations` of `@torii/revocation`. An event is announced before it is
   * handled. If that fails, the delivery is answered with 503, so that Torii sends it again.
   */
  readonly revocations?: RevocationAnnouncer;
  /**
   * Whether `session.revoked` revokes the tokens of the user. Tokens do not name their session, so the user's other
   * sessions must renew their tokens once. If `false`, a token of the revoked session is accepted until it expires.
   * @default true
   */
  readonly announceSessions?: boolean | undefined;
}

/** With `revocations`, events need no handler. */
export interface WebhookAnnouncerOptions extends WebhookReceiverOptions {
  readonly revocations: RevocationAnnouncer;
}

/** The outcome of a delivery, for logs. `eventId` and `eventType` are safe to log: shortened, and printable ASCII only. */
export type WebhookReceiverEvent =
  | { readonly type: 'handled' | 'repeated'; readonly eventId: string; readonly eventType: string }
  /**
   * The event was not handled: the delivery is invalid, another delivery of it is being handled, the store failed, or a
   * revocation could not be announced.
   */
  | { readonly type: 'refused'; readonly error: ToriiWebhookError }
  /** The handler threw an error, which is in `error`. */
  | { readonly type: 'failed'; readonly eventId: string; readonly eventType: string; readonly error: unknown }
  /** The event was handled, but the store could not record this, so a repeated delivery will be handled again. */
  | { readonly type: 'not_noted'; readonly eventId: string; readonly eventType: string; readonly error: unknown }
  /** The event should have revoked tokens, but its user id is unusable or it is about another environment. It is handled. */
  | {
      readonly type: 'not_announced';
      readonly eventId: string;
      readonly eventType: string;
      readonly why: NotAnnouncedReason;
    };

export type WebhookReceiverEventListener = (event: WebhookReceiverEvent) => void;

/** The response to a delivery, as plain data. Send it with `Response.json(answer.body, answer)`. */
export interface WebhookAnswer {
  /** 200 if the event has been handled, 400 or 413 if the delivery is invalid, 503 if Torii should retry. */
  readonly status: 200 | WebhookDenialStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly status: 'handled' | 'repeated' } | WebhookDenialBody;
}

/** A delivery to verify and handle. */
export interface ReceivedDelivery extends Omit<WebhookDelivery, 'payload'> {
  /** The raw body, or a function that returns it. The function is called only if the headers are valid. */
  readonly payload: WebhookPayload | (() => WebhookPayload);
}

/** Receives the deliveries of one webhook. */
export interface WebhookReceiver<More extends object = object> {
  /**
   * Verifies a delivery, calls `handle` unless the event was handled before, and returns the response to send.
   * @throws the error of the handler. The server must answer it with 500, so that Torii retries. An error that frameworks
   * would answer with another status is wrapped in a ToriiWebhookError `handler_failed`.
   * @throws ToriiConfigError if the payload is not a raw body (it was parsed, or its stream is already being read), or if an
   * argument is missing
   */
  receive(delivery: ReceivedDelivery, handle: (event: WebhookEvent<More>) => unknown): Promise<WebhookAnswer>;
}

/** Receives the deliveries of one webhook, and announces revocations. */
export interface WebhookAnnouncer<More extends object = object> extends WebhookReceiver<More> {
  /** As with {@link WebhookReceiver}, but `handle` may be left out. */
  receive(delivery: ReceivedDelivery, handle?: (event: WebhookEvent<More>) => unknown): Promise<WebhookAnswer>;
}

const answerFields = { status: true, headers: true, body: true } satisfies Record<keyof WebhookAnswer, true>;
const guardAnswer: AwaitGuard = createAwaitGuard(answerFields);

const names = [...ruleNames, ...repeatNames, ...announcerNames, 'onEvent'] as const;

/**
 * Creates a receiver for the deliveries of one webhook, for any server.
 * @example
 * const receiver = createWebhookReceiver({ secret: process.env.TORII_WEBHOOK_SECRET });
 * const answer = await receiver.receive({ headers, payload: body }, async (event) => sync(event));
 * return Response.json(answer.body, answer);
 * @throws ToriiConfigError if an option is wrong
 */
export function createWebhookReceiver<More extends object = object>(
  options: WebhookAnnouncerOptions,
): WebhookAnnouncer<More>;
export function createWebhookReceiver<More extends object = object>(
  options: WebhookReceiverOptions,
): WebhookReceiver<More>;
export function createWebhookReceiver<More extends object>(options: WebhookReceiverOptions): WebhookAnnouncer<More> {
  const given = readKnownOptions(options, names, '{ secret: process.env.TORII_WEBHOOK_SECRET }');
  const rules = readRules(given);
  const repeats = readRepeats(given, rules);
  const announcer = readAnnouncer(omitUndefined(given, ['announceSessions']));
  const tell = emitterFor(readFunction<WebhookReceiverEventListener>(given, 'onEvent'));

  return { receive: (...given: Parameters<typeof receive>) => guardAnswer(receive(...given)) };

  async function receive(
    delivery: ReceivedDelivery,
    ...handlers: readonly ((event: WebhookEvent<More>) => unknown)[]
  ): Promise<WebhookAnswer> {
    const [handle] = handlers;
    const example = 'receive({ headers, payload }, async (event) => { … })';
    if (!hasHandler(handlers, announcer !== undefined))
      throw wrongValue('receive', 'called with a function', handle, example);
    if (!('headers' in Object(delivery) && 'payload' in Object(delivery)))
      throw wrongValue('receive', 'called with the headers and the payload', delivery, example);
    const { headers, payload } = delivery;
    let verified: VerifiedDelivery<More>;
    let claim: Claim | 'handled' | undefined;
    try {
      verified = await verifyDelivery(rules, headers, () => (typeof payload === 'function' ? payload() : payload));
      claim = await repeats?.claim(verified.event.id);
    } catch (error) {
      return refuse(error);
    }
    const { event } = verified;
    const which = { eventId: loggable(event.id), eventType: loggable(event.type) };
    if (claim === 'handled') {
      tell({ type: 'repeated', ...which });
      return accept('repeated');
    }
    try {
      const leftMs = claim?.leftMs ?? (() => Number.POSITIVE_INFINITY);
      const why = announcer && (await announceEvent(announcer, verified, leftMs));
      if (why !== undefined) tell({ type: 'not_announced', ...which, why });
    } catch (error) {
      await claim?.release().catch(() => {});
      return refuse(error);
    }
    try {
      await handle?.(event);
    } catch (error) {
      await claim?.release().catch(() => {});
      tell({ type: 'failed', ...which, error });
      throw withoutStatus(error);
    }
    try {
      await claim?.markHandled();
      tell({ type: 'handled', ...which });
    } catch (error) {
      // Answer 200 although the store failed: after any other status, Torii would send the delivery again, and the event
      // would be handled twice.
      tell({ type: 'not_noted', ...which, error });
    }
    return accept('handled');
  }

  function refuse(error: unknown): WebhookAnswer {
    if (!(error instanceof ToriiWebhookError)) throw error;
    tell({ type: 'refused', error });
    return webhookDenialFor(error);
  }
}

function accept(status: 'handled' | 'repeated'): WebhookAnswer {
  return { status: 200, headers: {}, body: { status } };
}
