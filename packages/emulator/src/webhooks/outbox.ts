import type { StatementSync } from 'node:sqlite';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { WebhookData, WebhookEventType } from './event.ts';

/** An event that is to be sent to an endpoint now. */
export interface DueDelivery {
  readonly position: number;
  /** Counts redeliveries: what an attempt of an earlier round finds out says nothing about a later one. */
  readonly round: number;
  /** How many attempts this round has had. */
  readonly tries: number;
  readonly eventId: string;
  readonly body: string;
}

/** What became of an attempt. */
export interface AttemptResult {
  readonly at: Date;
  readonly status: number | null;
  readonly failure: string | null;
  readonly answer: string | null;
  readonly durationMs: number;
  /** When to try again; null where the delivery has ended. */
  readonly nextAttemptAt: Date | null;
}

/** How many attempts of one delivery are remembered. */
const attemptsKept = 20;

/**
 * What is still to be told, in the database. An event is written in the transaction of the change that it tells of, so that
 * there is never one without the other, whatever ends the process.
 */
export class Outbox {
  readonly #scope: EnvironmentScope;
  readonly #endpoints: Endpoints;
  readonly #insertEvent: StatementSync;
  readonly #insertDelivery: StatementSync;
  readonly #selectDue: StatementSync;
  readonly #selectNext: StatementSync;
  #onNews: () => void = () => {};

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

  /** Has somebody told of what there is to send: at the end of a transaction that may still be rolled back. */
  onNews(listener: () => void): void {
    this.#onNews = listener;
  }

  /** Notes an event for all who want to know of it. Called in the transaction of the change. */
  note<Type extends WebhookEventType>(type: Type, data: WebhookData[Type]): void {
    const endpoints = this.#endpoints.wanting(type);
    if (endpoints.length === 0) return;
    const { environmentId, clock, createId } = this.#scope;
    const id = `evt_${createId()}`;
    const now = clock.now().toISOString();
    this.#insertEvent.run(id, environmentId, type, JSON.stringify({ id, type, created_at: now, data }));
    for (const endpoint of endpoints) this.#insertDelivery.run(id, endpoint.id, now);
    this.#onNews();
  }

  /**
   * Sends an event once more, to all who want to know of its kind now.
   *
   * @throws EmulatorError `event_unknown`, or `option_invalid` where nobody wants to know
   */
  redeliver(eventId: string): void {
    const { database, environmentId, clock } = this.#scope;
    const event = database
      .prepare('SELECT type FROM webhook_events WHERE id = ? AND environment_id = ?')
      .get(eventId, environmentId);
    if (event === undefined) {
      throw new EmulatorError('event_unknown', 'There is no such event. One that is older than the log is forgotten.');
    }
    const endpoints = this.#endpoints.wanting(event['type'] as WebhookEventType);
    if (endpoints.length === 0) {
      throw new EmulatorError('option_invalid', 'No webhook takes events of this type now. Add one, or add it again.');
    }
    const now = clock.now().toISOString();
    transact(database, () => {
      for (const endpoint of endpoints) this.#insertDelivery.run(eventId, endpoint.id, now);
    });
    this.#onNews();
  }

  /** What is to be sent to an endpoint by a moment, the oldest first. */
  due(endpointId: string, now: Date, limit: number): readonly DueDelivery[] {
    return this.#selectDue.all(endpointId, now.toISOString(), limit) as unknown as DueDelivery[];
  }

  /** When the first of those deliveries is due that are not by then. */
  nextAttemptAt(endpointId: string, now: Date): Date | undefined {
    const row = this.#selectNext.get(endpointId, now.toISOString());
    return typeof row?.['next'] === 'string' ? new Date(row['next']) : undefined;
  }

  /** Has what waits for its next attempt be sent now: time may have been ahead in an earlier life of the emulator. */
  hurry(): void {
    this.#scope.database
      .prepare(
        `UPDATE webhook_deliveries SET next_attempt_at = ?
         WHERE state = 'waiting' AND event_id IN (SELECT id FROM webhook_events WHERE environment_id = ?)`,
      )
      .run(this.#scope.clock.now().toISOString(), this.#scope.environmentId);
  }

  /** Notes what became of an attempt, and whether there will be another. */
  record({ position, round }: DueDelivery, result: AttemptResult): void {
    const { database } = this.#scope;
    const { at, status, failure, answer, durationMs, nextAttemptAt } = result;
    const state = failure === null ? 'delivered' : nextAttemptAt === null ? 'failed' : 'waiting';
    transact(database, () => {
      const known = database.prepare('SELECT 1 FROM webhook_deliveries WHERE position = ?').get(position);
      // Its webhook has been removed while it was on its way.
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

  /** Gives up what waits for an endpoint. */
  giveUp(endpoint: Endpoint): void {
    this.#scope.database
      .prepare(
        `UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, round = round + 1
         WHERE endpoint_id = ? AND state = 'waiting'`,
      )
      .run(endpoint.id);
  }
}
