import type { EnvironmentScope } from '../database/scope.ts';
import type { WebhookEvent } from './event.ts';

/** One attempt to deliver an event. */
export interface WebhookAttempt {
  /** When the attempt began, by the emulator's clock. */
  readonly at: string;
  /** The response status, or `null` if there was no response. */
  readonly status: number | null;
  /**
   * Why the attempt failed, or `null` if it succeeded. `refused`: an error status. `redirected`: a redirect status.
   * `timed_out`: no response in time. `unreachable`: the connection failed or was closed.
   */
  readonly failure: 'refused' | 'redirected' | 'timed_out' | 'unreachable' | null;
  /**
   * The first 200 characters of an error response body, without tokens and secrets. If the receiver is `unreachable`, the
   * message of the connection error. `null` if there is neither.
   */
  readonly answer: string | null;
  /** The duration of the attempt in milliseconds. */
  readonly durationMs: number;
}

/** The delivery of an event to one webhook. */
export interface WebhookDelivery {
  readonly event: WebhookEvent;
  readonly webhookId: string;
  readonly url: string;
  /** `failed` means that there will be no more attempts: the last one failed, or the receiver responded with 410. */
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** The last 20 attempts, oldest first. */
  readonly attempts: readonly WebhookAttempt[];
  /** The time of the next attempt by the emulator's clock, or `null` if there is none. */
  readonly nextAttemptAt: string | null;
}

const eventsKept = 1000;

export class DeliveryLog {
  readonly #scope: EnvironmentScope;

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

  list(limit: number): readonly WebhookDelivery[] {
    return this.#read('ORDER BY webhook_events.position DESC, webhook_deliveries.position DESC LIMIT ?', limit);
  }

  listWaiting(limit: number): readonly WebhookDelivery[] {
    return this.#read(`AND state = 'waiting' ORDER BY webhook_deliveries.position LIMIT ?`, limit);
  }

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
