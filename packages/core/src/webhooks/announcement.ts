import type { Announcer } from '../announcer.ts';
import { ToriiConfigError } from '../errors.ts';
import { loggableCause } from '../logs/cause.ts';
import { ToriiWebhookError } from './errors.ts';
import type { WebhookEventOf } from './events.ts';

/** Why an event that ends the access of a user was not announced. No later delivery of it could be announced either. */
export type NotAnnouncedReason = 'user_id_unusable' | 'other_environment';

interface EventDelivery {
  readonly event: WebhookEventOf<PropertyKey, unknown>;
  readonly signedAtMs: number;
}

// Short, because some webhook senders wait only 15 seconds for a response.
const timeoutMs = 10_000;
// How much later than its delivery an event may seem to be, because two clocks of Torii differ.
const toleranceMs = 60_000;
// The year 2000: a clock that was never set shows 1970.
const earliestMs = 946_684_800_000;

/**
 * Announces that an event revokes the tokens of a user. Does nothing for other events.
 * @param leftMs How many milliseconds remain before the event must be handled
 * @throws ToriiWebhookError `revocations_unavailable` if it could not be announced: the delivery must be sent again
 */
export async function announceEvent(
  announcer: Announcer,
  { event, signedAtMs }: EventDelivery,
  leftMs: () => number,
): Promise<NotAnnouncedReason | undefined> {
  const isSession = event.type === 'session.revoked' && announcer.announcesSessions;
  if (!isSession && event.type !== 'user.banned' && event.type !== 'user.deleted') return undefined;
  // The structure of `data` is not checked when a delivery is verified.
  const data: Partial<Record<string, unknown>> = Object.assign(Object.create(null), event.data);
  const userId = isSession ? data['userId'] : data['id'];
  const { environmentId = announcer.environmentId } = data;
  if (typeof userId !== 'string' || userId === '') return 'user_id_unusable';
  if (environmentId !== null && environmentId !== announcer.environmentId) return 'other_environment';
  // The time of the event, because a late delivery must not revoke tokens that were issued after an unban.
  const createdMs = Date.parse(event.created_at);
  const isPlausible = createdMs >= earliestMs && createdMs <= signedAtMs + toleranceMs;
  const at = new Date(isPlausible ? createdMs : signedAtMs).toISOString();
  try {
    await announcer.announceUser(userId, at, Math.min(timeoutMs, Math.max(1, Math.floor(leftMs()))));
    if (leftMs() < 0) throw new Error('The announcement took half of `leaseSeconds`.');
    return undefined;
  } catch (error) {
    if (error instanceof ToriiConfigError && error.option === 'userId') return 'user_id_unusable';
    const message = 'The revocation of the user’s tokens could not be announced. Retry later.';
    throw new ToriiWebhookError('revocations_unavailable', message, { cause: loggableCause(error) });
  }
}
