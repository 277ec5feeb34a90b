import type { EnvironmentScope } from '../database/scope.ts';
import type { WebhookEvent } from './event.ts';

/** One attempt to deliver an event. */
export interface WebhookAttempt {
  /** When it began, by the emulator's clock. */
  readonly at: string;
  /** What was answered; null where nothing was. */
  readonly status: number | null;
  /**
   * Why it counts as failed, or null: `refused` by the status, `redirected` elsewhere, `timed_out`, or `unreachable`, where
   * there was no connection or it was cut.
   */
  readonly failure: 'refused' | 'redirected' | 'timed_out' | 'unreachable' | null;
  /** How the body of a refusal begins. */
  readonly answer: string | null;
  readonly durationMs: number;
}

/** An event on its way to one webhook. */
export interface WebhookDelivery {
  readonly event: WebhookEvent;
  readonly webhookId: string;
  readonly url: string;
  /** `failed` when it is given up: after the last attempt, or when its receiver answered 410. */
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** The oldest first; the last 20. */
  readonly attempts: readonly WebhookAttempt[];
  /** When it will be tried again, by the emulator's clock; null where it will not. */
  readonly nextAttemptAt: string | null;
}

/** How many events are remembered beside those that are still to be sent. */
const eventsKept = 1000;

/** What has been sent, read again. */
export class DeliveryLog {
  readonly #scope: EnvironmentScope;

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

  /** The newest event first. */
  list(limit: number): readonly WebhookDelivery[] {
    return this.#read('ORDER BY webhook_events.position DESC, webhook_deliveries.position DESC LIMIT ?', limit);
  }

  /** What is not at its end, the oldest first. */
  listWaiting(limit: number): readonly WebhookDelivery[] {
    return this.#read(`AND state = 'waiting' ORDER BY webhook_deliveries.position LIMIT ?`, limit);
  }

  /** Forgets the oldest events. What still waits is none of them. */
  prune(): void {
    this.#scope.database
      .prepare(
        `DELETE FROM webhook_events
         WHERE environment_id = ?1
           AND position <= (SELECT position FROM webhook_events WHERE environment_id = ?1
                            ORDER BY position DESC LIMIT 1 OFFSET ?2)
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE event_id = webhook_events.id AND state = 'waiting')`,
      )
      .run(this.#scope.environmentId, eventsKept);
  }

  #read(condition: string, limit: number): readonly WebhookDelivery[] {
    const { database, environmentId } = this.#scope;
    const rows = database
      .prepare(
        `SELECT webhook_deliveries.position, body, endpoint_id, url, state, next_attempt_at
         FROM webhook_events
         JOIN webhook_deliveries ON event_id = webhook_events.id
         JOIN webhook_endpoints ON webhook_endpoints.id = endpoint_id
         WHERE webhook_events.environment_id = ? ${condition}`,
      )
      .all(environmentId, limit);
    const attempts = database.prepare(
      `SELECT at, status, failure, answer, duration_ms AS durationMs
       FROM webhook_attempts WHERE delivery = ? ORDER BY position`,
    );
    return rows.map((row) => ({
      event: JSON.parse(String(row['body'])) as WebhookEvent,
      webhookId: String(row['endpoint_id']),
      url: String(row['url']),
      state: row['state'] as WebhookDelivery['state'],
      attempts: attempts
        .all(row['position'] as number)
        .map((attempt) => ({ ...attempt })) as unknown as WebhookAttempt[],
      nextAttemptAt: row['next_attempt_at'] as string | null,
    }));
  }
}
