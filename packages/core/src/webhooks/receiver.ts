import { emitterFor } from '../emitter.ts';
import { ToriiConfigError, ToriiWebhookError } from '../errors.ts';
import { type Options, readFunction, readKnownOptions, readNumber, wrongOption } from '../options/reader.ts';
import type { WebhookPayload } from './body.ts';
import type { WebhookEvent } from './events.ts';
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
   * Remembers which events have been handled, so that a repeat is not handled again: a Keyv, with a namespace for each
   * webhook, since an event goes to all of them under one id. Left out, repeats are handled like first deliveries.
   */
  readonly store?: WebhookStore;
  /**
   * Seconds for which a store remembers: longer than Torii goes on trying, and longer than a signature is good, which is
   * twice `toleranceSeconds`. At most a year.
   *
   * @default 604800, a week
   */
  readonly rememberSeconds?: number;
  /**
   * Seconds that a handler has, where there is a store, of which a slow one may take up to half. Who takes longer, or dies,
   * may find the event handled by the next delivery. At most an hour.
   *
   * @default 60
   */
  readonly leaseSeconds?: number;
  /** Told of what became of each delivery. Its own failures are ignored. */
  readonly onEvent?: (notice: WebhookNotice) => void;
}

/** What became of a delivery, for logs. */
export type WebhookNotice =
  | { readonly type: 'handled' | 'repeated'; readonly eventId: string; readonly eventType: string }
  /** Not handled: the delivery was bad, came too early, or the store failed. */
  | { readonly type: 'refused'; readonly error: ToriiWebhookError }
  /** The handler threw. `error` is what it threw. */
  | { readonly type: 'failed'; readonly eventId: string; readonly eventType: string; readonly error: unknown }
  /** Handled, but the store could not note that: a repeat would be handled again. */
  | { readonly type: 'not_noted'; readonly eventId: string; readonly eventType: string; readonly error: unknown };

/** What to answer, as plain data: `Response.json(answer.body, answer)` is all that a server has to do. */
export interface WebhookAnswer {
  /** 200 for what is done, 400 or 413 for a bad delivery, 503 for one that should come again. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly status: 'handled' | 'repeated' }
    | { readonly error: { readonly code: string; readonly reason: string; readonly message: string } };
}

/** A delivery to answer. */
export interface ReceivedDelivery extends Omit<WebhookDelivery, 'payload'> {
  /** The body as it came, or what finds it: that is asked for where the headers are good. */
  readonly payload: WebhookPayload | (() => WebhookPayload);
}

/** Receives the deliveries of one webhook. */
export interface WebhookReceiver<More extends object = object> {
  /**
   * Verifies a delivery, has its event handled unless that has been done, and says what to answer.
   *
   * @throws what the handler throws, which the server answers with a status of 500 or more, so that Torii tries again. What
   * has an answer of its own, such as a status, is wrapped in a ToriiWebhookError `handler_failed`.
   * @throws ToriiConfigError for a body that has been parsed, or that somebody else reads
   */
  receive(delivery: ReceivedDelivery, handle: (event: WebhookEvent<More>) => unknown): Promise<WebhookAnswer>;
}

const names = [...ruleNames, 'store', 'rememberSeconds', 'leaseSeconds', 'onEvent'] as const;

type ReceiverOptionValues = Options<(typeof names)[number]>;

/**
 * Makes what a handler of webhooks is made of, for any server.
 *
 * @example
 * const webhooks = createWebhookReceiver({ secret: env.TORII_WEBHOOK_SECRET });
 * const { headers, body: payload } = request;
 * const answer = await webhooks.receive({ headers, payload }, async (event) => sync(event));
 * return Response.json(answer.body, answer);
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createWebhookReceiver<More extends object = object>(
  options: WebhookReceiverOptions,
): WebhookReceiver<More> {
  const given = readKnownOptions(options, names, '{ secret: process.env.TORII_WEBHOOK_SECRET }');
  const rules = readRules(given);
  const repeats = readRepeats(given, rules);
  const tell = emitterFor(readFunction<(notice: WebhookNotice) => void>(given, 'onEvent'));

  return {
    async receive({ headers, payload }, handle) {
      let event: WebhookEvent<More>;
      let claim: Claim | 'handled' | undefined;
      try {
        event = await verifyDelivery<More>(rules, headers, () => (typeof payload === 'function' ? payload() : payload));
        claim = await repeats?.claim(event.id);
      } catch (error) {
        if (!(error instanceof ToriiWebhookError)) throw error;
        tell({ type: 'refused', error });
        return refuse(error);
      }
      const which = { eventId: event.id, eventType: String(event.type) };
      if (claim === 'handled') {
        tell({ type: 'repeated', ...which });
        return accept('repeated');
      }
      try {
        await handle(event);
      } catch (error) {
        await claim?.release().catch(() => {});
        tell({ type: 'failed', ...which, error });
        throw withoutAnswer(error);
      }
      try {
        await claim?.markHandled();
        tell({ type: 'handled', ...which });
      } catch (error) {
        // A success all the same: any other answer would bring the event again, to be handled twice.
        tell({ type: 'not_noted', ...which, error });
      }
      return accept('handled');
    },
  };
}

function accept(status: 'handled' | 'repeated'): WebhookAnswer {
  return { status: 200, headers: {}, body: { status } };
}

function refuse({ code, reason, message }: ToriiWebhookError): WebhookAnswer {
  const body = { error: { code, reason, message } };
  if (reason === 'in_progress') return { status: 503, headers: { 'Retry-After': '10' }, body };
  if (reason === 'store_unavailable') return { status: 503, headers: { 'Retry-After': '5' }, body };
  return { status: reason === 'payload_too_large' ? 413 : 400, headers: {}, body };
}

/**
 * What a handler threw, as a server answers with 500. Servers take a status from an error, Koa a 404 from ENOENT, and Next a
 * redirect or a 404 from a digest: a user whom the REST API does not find would become a 404 to Torii, which may give the
 * webhook up.
 */
function withoutAnswer(error: unknown): unknown {
  if (isPlain(error)) return error;
  const message =
    'The handler of a webhook failed. What it threw, which has an answer of its own or is no error, is the cause.';
  return new ToriiWebhookError('handler_failed', message, { cause: error });
}

function isPlain(error: unknown): boolean {
  try {
    const isBare = error instanceof Error && !['status', 'statusCode', 'digest'].some((name) => name in error);
    return isBare && Reflect.get(error, 'code') !== 'ENOENT';
  } catch {
    // A getter of whoever threw it.
    return false;
  }
}

function readRepeats(options: ReceiverOptionValues, { toleranceSeconds }: WebhookSettings): Repeats | undefined {
  const leaseMs = readNumber(options, 'leaseSeconds', { from: 1, to: 3600, absent: 60 }) * 1000;
  const keepMs = readNumber(options, 'rememberSeconds', { from: 1, to: 366 * 86_400, absent: 7 * 86_400 }) * 1000;
  // One that was signed ahead of this clock is good until it is as much behind. Seconds are told apart whole.
  const fewestSeconds = 2 * toleranceSeconds + 1;
  if (keepMs < fewestSeconds * 1000) {
    const remedy = `Write at least ${fewestSeconds}, or leave it out: what is forgotten sooner can be replayed`;
    const problem = 'must be longer than a signature is good, which is twice `toleranceSeconds`';
    throw wrongOption('rememberSeconds', `${problem}. ${remedy}`);
  }
  if (!('store' in options)) return undefined;
  const store: unknown = options.store;
  if (!isStore(store)) {
    const remedy = 'Write store: new Keyv(…), or leave it out, and repeats are handled again';
    throw wrongOption('store', `has no get, set and delete. ${remedy}`);
  }
  return new Repeats(store, { leaseMs, keepMs });
}

function isStore(store: unknown): store is WebhookStore {
  if (typeof store !== 'object' || store === null) return false;
  return ['get', 'set', 'delete'].every((name) => typeof Reflect.get(store, name) === 'function');
}

/** @throws ToriiConfigError for what is no handler */
export function requireHandler(handler: unknown): void {
  if (typeof handler === 'function') return;
  const example = 'webhookHandler({ secret }, async (event) => { … })';
  throw new ToriiConfigError('webhookHandler', `\`webhookHandler\` takes options and a function: ${example}.`);
}
