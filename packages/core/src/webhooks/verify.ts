import { ToriiWebhookError } from '../errors.ts';
import { type Options, readKnownOptions, readNumber, readWhole } from '../options/reader.ts';
import { type RequestLike, viewOf } from '../request/request-view.ts';
import { readPayload, tooLarge, type WebhookPayload } from './body.ts';
import { readEvent, type WebhookEvent } from './events.ts';
import { isSigned, readSecrets, readSignedHeaders, type SecretKey } from './signature.ts';

/** How deliveries are verified. */
export interface WebhookRules {
  /**
   * The signing secret, `whsec_…`, or several while one replaces another. Undefined, as from an unset variable, throws and
   * says so.
   */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /**
   * Seconds by which a delivery may be old, or the clocks may differ; at most 300.
   *
   * @default 300
   */
  readonly toleranceSeconds?: number;
  /**
   * Bytes that a body may have, at most 64 MiB.
   *
   * @default 1048576
   */
  readonly maxBytes?: number;
}

/** A delivery to verify. */
export interface WebhookDelivery {
  /** A Fetch `Headers`, a plain object in any case, or a request of Node, Express or Koa, which tells doubled ones best. */
  readonly headers: RequestLike;
  /** The body as it came, never parsed. */
  readonly payload: WebhookPayload;
}

export interface VerifyWebhookOptions extends WebhookRules, WebhookDelivery {
  /** A text is encoded as UTF-8. */
  readonly payload: string | Uint8Array | ArrayBuffer;
}

/** Rules that have been checked. */
export interface WebhookSettings {
  readonly secrets: readonly SecretKey[];
  readonly toleranceSeconds: number;
  readonly maxBytes: number;
}

export const ruleNames = ['secret', 'toleranceSeconds', 'maxBytes'] as const satisfies readonly (keyof WebhookRules)[];

/**
 * Verifies one delivery of a webhook, and gives its event. Knows no repeats: for these, and for an answer, there is
 * `createWebhookReceiver`.
 *
 * @example
 * const event = await verifyWebhook({ secret, headers: request.headers, payload: await request.text() });
 * if (event.type === 'user.deleted') await forget(event.data.id);
 *
 * @throws ToriiWebhookError whose `reason` says what is wrong with the delivery
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export async function verifyWebhook<More extends object = object>(
  options: VerifyWebhookOptions,
): Promise<WebhookEvent<More>> {
  const given = readKnownOptions(options, [...ruleNames, 'headers', 'payload'], '{ secret, headers, payload }');
  return verifyDelivery<More>(readRules(given), options.headers, () => options.payload);
}

/** @throws ToriiConfigError naming the option and what to write instead */
export function readRules(options: Options<(typeof ruleNames)[number]>): WebhookSettings {
  return {
    secrets: readSecrets(options.secret),
    toleranceSeconds: readNumber(options, 'toleranceSeconds', { from: 0, to: 300, absent: 300 }),
    maxBytes: readWhole(options, 'maxBytes', { from: 0, to: 64 * 1024 * 1024, absent: 1024 * 1024 }),
  };
}

/** What costs little comes first: a body is asked for where the headers leave a chance that it is Torii's. */
export async function verifyDelivery<More extends object>(
  { secrets, toleranceSeconds, maxBytes }: WebhookSettings,
  headers: RequestLike,
  findBody: () => WebhookPayload,
): Promise<WebhookEvent<More>> {
  const request = viewOf(headers);
  const signed = readSignedHeaders(request);
  checkTime(signed.timestampSeconds, toleranceSeconds);
  if (Number(request.headerValues('content-length')[0] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = await readPayload(findBody(), maxBytes);
  if (!(await isSigned(body, signed, secrets))) {
    const hint = 'Either the secret is another one, or the body is not as it was sent, or Torii did not send it.';
    throw new ToriiWebhookError('signature_invalid', `No signature fits. ${hint}`);
  }
  return readEvent(body, signed) as WebhookEvent<More>;
}

function checkTime(timestampSeconds: number, toleranceSeconds: number): void {
  const age = Math.floor(Date.now() / 1000) - timestampSeconds;
  if (age > toleranceSeconds) {
    const message = 'The delivery is too old, or this clock is ahead. A repeat of it that Torii signs anew is welcome.';
    throw new ToriiWebhookError('timestamp_too_old', message);
  }
  if (age < -toleranceSeconds) {
    throw new ToriiWebhookError('timestamp_too_new', 'The delivery comes from the future: this clock is behind.');
  }
}
