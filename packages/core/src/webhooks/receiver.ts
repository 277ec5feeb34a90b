import { emitterFor } from '../emitter.ts';
import { isError } from '../errors/is-error.ts';
import { loggable } from '../logs/loggable.ts';
import {
  type Options,
  readFunction,
  readKnownOptions,
  readNumber,
  wrongOption,
  wrongValue,
} from '../options/reader.ts';
import { type AwaitGuard, createAwaitGuard } from '../promises/await-guard.ts';
import { surviveOutages } from '../stores/outages.ts';
import type { WebhookPayload } from './body.ts';
import { ToriiWebhookError, type WebhookDenialBody, type WebhookDenialStatus, webhookDenialFor } from './errors.ts';
import type { WebhookEvent } from './events.ts';
import { MemoryStore } from './memory-store.ts';
import { type Claim, Repeats, type WebhookStore } from './repeats.ts';
import {
  readRules,
  ruleNames,
  verifyDelivery,
  type WebhookDelivery,
  type WebhookRules,
  type WebhookSettings,
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
   * example because the process crashed, the next delivery handles it again. Waiting for the store can take up to half of
   * this time. From 1 to 3600.
   * @default 60
   */
  readonly leaseSeconds?: number;
  /** Called with the outcome of each delivery. Errors of this function are ignored. */
  readonly onEvent?: WebhookReceiverEventListener | undefined;
}

/** The outcome of a delivery, for logs. `eventId` and `eventType` are safe to log: shortened, and printable ASCII only. */
export type WebhookReceiverEvent =
  | { readonly type: 'handled' | 'repeated'; readonly eventId: string; readonly eventType: string }
  /** The event was not handled: the delivery is invalid, another delivery of it is being handled, or the store failed. */
  | { readonly type: 'refused'; readonly error: ToriiWebhookError }
  /** The handler threw an error, which is in `error`. */
  | { readonly type: 'failed'; readonly eventId: string; readonly eventType: string; readonly error: unknown }
  /** The event was handled, but the store could not record this, so a repeated delivery will be handled again. */
  | { readonly type: 'not_noted'; readonly eventId: string; readonly eventType: string; readonly error: unknown };

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

const answerFields = { status: true, headers: true, body: true } satisfies Record<keyof WebhookAnswer, true>;
const guardAnswer: AwaitGuard = createAwaitGuard(answerFields);

const names = [...ruleNames, 'store', 'rememberSeconds', 'leaseSeconds', 'onEvent'] as const;

type ReceiverOptionValues = Options<(typeof names)[number]>;

/**
 * Creates a receiver for the deliveries of one webhook, for any server.
 * @example
 * const receiver = createWebhookReceiver({ secret: process.env.TORII_WEBHOOK_SECRET });
 * const answer = await receiver.receive({ headers, payload: body }, async (event) => sync(event));
 * return Response.json(answer.body, answer);
 * @throws ToriiConfigError if an option is wrong
 */
export function createWebhookReceiver<More extends object = object>(
  options: WebhookReceiverOptions,
): WebhookReceiver<More> {
  const given = readKnownOptions(options, names, '{ secret: process.env.TORII_WEBHOOK_SECRET }');
  const rules = readRules(given);
  const repeats = readRepeats(given, rules);
  const tell = emitterFor(readFunction<WebhookReceiverEventListener>(given, 'onEvent'));

  return { receive: (delivery, handle) => guardAnswer(receive(delivery, handle)) };

  async function receive(
    delivery: ReceivedDelivery,
    handle: (event: WebhookEvent<More>) => unknown,
  ): Promise<WebhookAnswer> {
    const example = 'receive({ headers, payload }, async (event) => { … })';
    if (typeof handle !== 'function') throw wrongValue('receive', 'called with a function', handle, example);
    if (!('headers' in Object(delivery) && 'payload' in Object(delivery)))
      throw wrongValue('receive', 'called with the headers and the payload', delivery, example);
    const { headers, payload } = delivery;
    let event: WebhookEvent<More>;
    let claim: Claim | 'handled' | undefined;
    try {
      event = await verifyDelivery<More>(rules, headers, () => (typeof payload === 'function' ? payload() : payload));
      claim = await repeats?.claim(event.id);
    } catch (error) {
      if (!(error instanceof ToriiWebhookError)) throw error;
      tell({ type: 'refused', error });
      return webhookDenialFor(error);
    }
    const which = { eventId: loggable(event.id), eventType: loggable(event.type) };
    if (claim === 'handled') {
      tell({ type: 'repeated', ...which });
      return accept('repeated');
    }
    try {
      await handle(event);
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
}

function accept(status: 'handled' | 'repeated'): WebhookAnswer {
  return { status: 200, headers: {}, body: { status } };
}

// Wraps an error from which a framework would take the status of the response (`status`, `code`, `digest` or `getResponse`).
// A 404, for example, could make Torii disable the webhook.
function withoutStatus(error: unknown): unknown {
  if (isPlain(error)) return error;
  const message = 'The webhook handler threw a non-Error value, or an error with an HTTP status; see `cause`.';
  return new ToriiWebhookError('handler_failed', message, { cause: error });
}

function isPlain(error: unknown): boolean {
  try {
    const isBare = isError(error) && !['status', 'statusCode', 'digest', 'getResponse'].some((name) => name in error);
    return isBare && Reflect.get(error, 'code') !== 'ENOENT';
  } catch {
    return false;
  }
}

function readRepeats(options: ReceiverOptionValues, { toleranceSeconds }: WebhookSettings): Repeats | undefined {
  const leaseMs = readNumber(options, 'leaseSeconds', { from: 1, to: 3600, absent: 60 }) * 1000;
  const keepMs = readNumber(options, 'rememberSeconds', { from: 1, to: 366 * 86_400, absent: 7 * 86_400 }) * 1000;
  // How long a delivery is accepted: for `toleranceSeconds` before and after its timestamp, and one more second because
  // timestamps are whole seconds. If its event were forgotten sooner, the delivery could be replayed.
  const fewestSeconds = 2 * toleranceSeconds + 1;
  if (keepMs < fewestSeconds * 1000) {
    const remedy = `Write at least ${fewestSeconds}, or leave it out`;
    const problem = 'must be longer than twice `toleranceSeconds`, because deliveries could be replayed otherwise';
    throw wrongOption('rememberSeconds', `${problem}. ${remedy}`);
  }
  if (!('store' in options)) return undefined;
  const store: unknown = options.store === 'memory' ? new MemoryStore() : options.store;
  if (!isStore(store)) {
    const remedy =
      "Write `store: new Keyv(…)` or `store: 'memory'`, or leave it out to handle repeated deliveries again";
    throw wrongOption('store', `must have the methods get, set and delete. ${remedy}`);
  }
  surviveOutages(store);
  return new Repeats(store, { leaseMs, keepMs });
}

function isStore(store: unknown): store is WebhookStore {
  if (typeof store !== 'object' || store === null) return false;
  return ['get', 'set', 'delete'].every((name) => typeof Reflect.get(store, name) === 'function');
}

/** @throws ToriiConfigError if `handler` is not a function */
export function requireHandler(handler: unknown): void {
  if (typeof handler === 'function') return;
  throw wrongValue(
    'webhookHandler',
    'called with options and a function',
    handler,
    'webhookHandler({ secret }, async (event) => { … })',
  );
}
