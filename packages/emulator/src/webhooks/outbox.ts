import type { StatementSync } from 'node:sqlite';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { WebhookData, WebhookEventType } from './event.ts';

export interface DueDelivery {
  readonly position: number;
  /**
   * Incremented by a redelivery, and by a 410 response, after which the event is not sent again. The result of an
   * attempt that began before the increment no longer changes the state of the delivery.
   */
  readonly round: number;
  readonly tries: number;
  readonly eventId: string;
  readonly body: string;
}

export interface AttemptResult {
  readonly at: Date;
  readonly status: number | null;
  readonly failure: string | null;
  readonly answer: string | null;
  readonly durationMs: number;
  readonly nextAttemptAt: Date | null;
}

const attemptsKept = 20;

/**
 * The transactional outbox. An event is stored in the same transaction as the change that it reports, so a crash cannot
 * leave a change without its event or an event without its change.
 */
export class Outbox {
  readonly #scope: EnvironmentScope;
  readonly #endpoints: Endpoints;
  readonly #insertEvent: StatementSync;
  readonly #insertDelivery: StatementSync;
  readonly #selectDue: StatementSync;
  readonly #selectNext: StatementSync;
  #onAdded: () => void = () => {};

  constructor(scope: EnvironmentScope, endpoints: Endpoints) {
    const { database } = scope;
    this.#scope = scope;
    this.#endpoints = endpoints;
    this.#insertEvent = database.prepare(
      'INSERT INTO webhook_events (id, environment_id, type, body) VALUES (?, ?, ?, ?)',
    );
    this.#insertDelivery = database.prepare(
      `INSERT INTO webhook_deliveries (event_id, endpoint_id, state, next_attempt_at) VALUES (?, ?, 'waiting', ?)
       ON CONFLICT (event_id, endpoint_id) DO UPDATE
       SET state = 'waiting', next_attempt_at = excluded.next_attempt_at, tries = 0, round = round + 1`,
    );
    this.#selectDue = database.prepare(
      `SELECT webhook_deliveries.position, round, tries, event_id AS eventId, body
       FROM webhook_deliveries JOIN webhook_events ON webhook_events.id = event_id
       WHERE endpoint_id = ? AND state = 'waiting' AND next_attempt_at <= ?
       ORDER BY next_attempt_at, webhook_deliveries.position LIMIT ?`,
    );
    this.#selectNext = database.prepare(
      `SELECT MIN(next_attempt_at) AS next FROM webhook_deliveries
       WHERE endpoint_id = ? AND state = 'waiting' AND next_attempt_at > ?`,
    );
  }

  /** Sets the listener for new deliveries. It is called before the transaction is committed. */
  onAdded(listener: () => void): void {
    this.#onAdded = listener;
  }

  /** Stores an event for every webhook that accepts its type. Must be called inside the transaction of the change. */
  note<Type extends WebhookEventType>(type: Type, data: WebhookData[Type]): void {
    const endpoints = this.#endpoints.wanting(type);
    if (endpoints.length === 0) return;
    const { environmentId, clock, createId } = this.#scope;
    const id = `evt_${createId()}`;
    const now = clock.now().toISOString();
    this.#insertEvent.run(id, environmentId, type, JSON.stringify({ id, type, created_at: now, data }));
    for (const endpoint of endpoints) this.#insertDelivery.run(id, endpoint.id, now);
    this.#onAdded();
  }

  redeliver(eventId: string): void {
    const { database, environmentId, clock } = this.#scope;
    const event = database
      .prepare('SELECT type FROM webhook_events WHERE id = ? AND environment_id = ?')
      .get(eventId, environmentId);
    if (event === undefined) {
      throw new EmulatorError('event_unknown', 'No event has this id. The emulator keeps the last 1,000 events.');
    }
    const endpoints = this.#endpoints.wanting(event['type'] as WebhookEventType);
    if (endpoints.length === 0) {
      throw new EmulatorError(
        'option_invalid',
        'No enabled webhook accepts events of this type. Add one with addWebhook().',
      );
    }
    const now = clock.now().toISOString();
    transact(database, () => {
      for (const endpoint of endpoints) this.#insertDelivery.run(eventId, endpoint.id, now);
    });
    this.#onAdded();
  }

  due(endpointId: string, now: Date, limit: number): readonly DueDelivery[] {
    return this.#selectDue.all(endpointId, now.toISOString(), limit) as unknown as DueDelivery[];
  }

  nextAttemptAt(endpointId: string, now: Date): Date | undefined {
    const row = this.#selectNext.get(endpointId, now.toISOString());
    return typeof row?.['next'] === 'string' ? new Date(row['next']) : undefined;
  }

  /**
   * Makes all waiting deliveries due. Called at startup and when the clock is reset, because `advance` may have put the
   * next attempts far into the future.
   */
  makeAllDue(): void {
    this.#scope.database
      .prepare(
        `UPDATE webhook_deliveries SET next_attempt_at = ?
         WHERE state = 'waiting' AND event_id IN (SELECT id FROM webhook_events WHERE environment_id = ?)`,
      )
      .run(this.#scope.clock.now().toISOString(), this.#scope.environmentId);
  }

  record({ position, round }: DueDelivery, result: AttemptResult): void {
    const { database } = this.#scope;
    const { at, status, failure, answer, durationMs, nextAttemptAt } = result;
    const state = failure === null ? 'delivered' : nextAttemptAt === null ? 'failed' : 'waiting';
    transact(database, () => {
      const known = database.prepare('SELECT 1 FROM webhook_deliveries WHERE position = ?').get(position);
      // The webhook was removed during the attempt.
      if (known === undefined) return;
      database
        .prepare(
          `INSERT INTO webhook_attempts (delivery, at, status, failure, answer, duration_ms) VALUES (?, ?, ?, ?, ?, ?)`,
        )
        .run(position, at.toISOString(), status, failure, answer, durationMs);
      database
        .prepare(
          `DELETE FROM webhook_attempts WHERE delivery = ?1 AND position <=
             (SELECT position FROM webhook_attempts WHERE delivery = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)`,
        )
        .run(position, attemptsKept);
      database
        .prepare(
          `UPDATE webhook_deliveries SET state = ?, tries = tries + 1, next_attempt_at = ?
           WHERE position = ? AND round = ?`,
        )
        .run(state, nextAttemptAt?.toISOString() ?? null, position, round);
    });
  }

  giveUp(endpoint: Endpoint): void {
    this.#scope.database
      .prepare(
        `UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, round = round + 1
         WHERE endpoint_id = ? AND state = 'waiting'`,
      )
      .run(endpoint.id);
  }
}
