import { type Options, readKnownOptions, readNumber, readWhole } from '../options/reader.ts';
import { wallMs } from '../platform.ts';
import { type AwaitGuard, createAwaitGuard } from '../promises/await-guard.ts';
import type { RequestLike } from '../request/request-parts.ts';
import { viewOf } from '../request/request-view.ts';
import { readPayload, tooLarge, type WebhookPayload } from './body.ts';
import { ToriiWebhookError } from './errors.ts';
import { readEvent, type WebhookEvent } from './events.ts';
import { isSigned, readSecrets, readSignedHeaders, type SecretKey } from './signature.ts';

/** Options for verifying deliveries. */
export interface WebhookRules {
  /**
   * The signing secret, `whsec_…`, or a list of secrets during a rotation. The type accepts `undefined` so that an environment
   * variable compiles, but a missing secret, alone or in the list, throws a ToriiConfigError.
   */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /**
   * How many seconds the timestamp of a delivery may be in the past or in the future. From 0 to 300.
   * @default 300
   */
  readonly toleranceSeconds?: number;
  /**
   * The maximum size of a body in bytes. At most 64 MiB.
   * @default 1048576 (1 MiB)
   */
  readonly maxBytes?: number;
}

/** A delivery to verify. */
export interface WebhookDelivery {
  /** Headers or a request. A request of Node, Express or Koa is best, because it shows headers that were sent twice. */
  readonly headers: RequestLike;
  /** The raw body, not parsed. */
  readonly payload: WebhookPayload;
}

export interface VerifyWebhookOptions extends WebhookRules, WebhookDelivery {
  /** The raw body. A string is encoded as UTF-8. */
  readonly payload: string | Uint8Array | ArrayBuffer;
}

export interface WebhookSettings {
  readonly secrets: readonly SecretKey[];
  readonly toleranceSeconds: number;
  readonly maxBytes: number;
}

/** An event, and when its delivery was signed. */
export interface VerifiedDelivery<More extends object = object> {
  readonly event: WebhookEvent<More>;
  readonly signedAtMs: number;
}

const eventFields = { type: true, id: true, created_at: true, data: true } satisfies Record<keyof WebhookEvent, true>;
const guardEvent: AwaitGuard = createAwaitGuard(eventFields);

export const ruleNames = ['secret', 'toleranceSeconds', 'maxBytes'] as const;

/**
 * Verifies one delivery and returns its event. Without `await`, nothing is verified when the next line runs: reading a field
 * of the promise throws. To detect repeated deliveries, use `createWebhookReceiver`.
 * @example
 * const event = await verifyWebhook({ secret, headers: request.headers, payload: await request.text() });
 * if (event.type === 'user.deleted') await forget(event.data.id);
 * @throws ToriiWebhookError if the delivery is refused; see `reason`
 * @throws ToriiConfigError if an option is wrong
 */
export function verifyWebhook<More extends object = object>(
  options: VerifyWebhookOptions,
): Promise<WebhookEvent<More>> {
  return guardEvent(verifyOnce<More>(options));
}

async function verifyOnce<More extends object>(options: VerifyWebhookOptions): Promise<WebhookEvent<More>> {
  const given = readKnownOptions(
    options,
    [...ruleNames, 'headers', 'payload'],
    '{ secret, headers, payload }',
    'options',
    { payload: 'body rawbody' },
  );
  const { event } = await verifyDelivery<More>(readRules(given), options.headers, () => options.payload);
  return event;
}

export function readRules(options: Options<(typeof ruleNames)[number]>): WebhookSettings {
  return {
    secrets: readSecrets(options.secret),
    toleranceSeconds: readNumber(options, 'toleranceSeconds', { from: 0, to: 300, absent: 300 }),
    maxBytes: readWhole(options, 'maxBytes', { from: 0, to: 64 * 1024 * 1024, absent: 1024 * 1024 }),
  };
}

export async function verifyDelivery<More extends object>(
  { secrets, toleranceSeconds, maxBytes }: WebhookSettings,
  headers: RequestLike,
  findBody: () => WebhookPayload,
): Promise<VerifiedDelivery<More>> {
  const request = viewOf(headers, 'headers');
  const signed = readSignedHeaders(request);
  checkTime(signed.timestampSeconds, toleranceSeconds);
  if (Number(request.headerValues('content-length')[0] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = await readPayload(findBody(), maxBytes);
  if (!(await isSigned(body, signed, secrets))) {
    const hint = 'The secret is wrong, the body was changed, or Torii did not send the delivery.';
    throw new ToriiWebhookError('signature_invalid', `No signature is valid. ${hint}`);
  }
  return { event: readEvent(body, signed) as WebhookEvent<More>, signedAtMs: signed.timestampSeconds * 1000 };
}

function checkTime(timestampSeconds: number, toleranceSeconds: number): void {
  const age = Math.floor(wallMs() / 1000) - timestampSeconds;
  if (age > toleranceSeconds) {
    const message = 'The delivery is too old, or the clock of this server is ahead.';
    throw new ToriiWebhookError('timestamp_too_old', message);
  }
  if (age < -toleranceSeconds) {
    throw new ToriiWebhookError(
      'timestamp_too_new',
      'The delivery is from the future: the clock of this server is behind.',
    );
  }
}
