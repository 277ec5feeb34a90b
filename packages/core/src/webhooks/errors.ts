import type { Denial } from '../denial.ts';
import { isOfKind } from '../errors/kinds.ts';
import { RefusalError } from '../errors.ts';

/**
 * Why a webhook delivery was not handled. Answer `in_progress`, `store_unavailable`, `revocations_unavailable` and
 * `handler_failed` with a status of 500 or above, so that Torii sends the delivery again.
 */
export type WebhookReason =
  | 'header_missing'
  | 'header_malformed'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_invalid'
  | 'payload_too_large'
  | 'payload_incomplete'
  | 'payload_malformed'
  | 'id_mismatch'
  | 'in_progress'
  | 'store_unavailable'
  | 'revocations_unavailable'
  | 'handler_failed';

/** The HTTP status of a refused delivery: 400 or 413 if it is invalid, 500 or 503 if Torii should send it again. */
export type WebhookDenialStatus = 400 | 413 | 500 | 503;

/** The JSON body of a refused delivery. */
export interface WebhookDenialBody {
  readonly error: { readonly code: 'webhook_refused'; readonly reason: WebhookReason; readonly message: string };
}

/** A webhook delivery was not handled. The error never contains the secret, a signature or the delivered body. */
export class ToriiWebhookError extends RefusalError<WebhookDenialStatus> {
  protected static override readonly kinds: readonly string[] = ['ToriiWebhookError', 'ToriiError'];
  override readonly name = 'ToriiWebhookError';
  override readonly code = 'webhook_refused';
  readonly reason: WebhookReason;

  constructor(reason: WebhookReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  protected override toDenial(): Denial<WebhookDenialBody, WebhookDenialStatus> | undefined {
    return isOfKind(this, 'ToriiWebhookError') ? webhookDenialFor(this) : undefined;
  }
}

export function webhookDenialFor({
  code,
  reason,
  message,
}: ToriiWebhookError): Denial<WebhookDenialBody, WebhookDenialStatus> {
  const [status, headers] = statusOf(reason);
  return { status, headers, body: { error: { code, reason, message } } };
}

function statusOf(
  reason: WebhookReason,
): readonly [status: WebhookDenialStatus, headers: Readonly<Record<string, string>>] {
  if (reason === 'in_progress') return [503, { 'Retry-After': '10' }];
  if (reason === 'store_unavailable' || reason === 'revocations_unavailable') return [503, { 'Retry-After': '5' }];
  if (reason === 'handler_failed') return [500, {}];
  return [reason === 'payload_too_large' ? 413 : 400, {}];
}
