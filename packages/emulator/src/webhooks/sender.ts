import type { Clock } from '../clock.ts';
import type { Faults } from '../faults/faults.ts';
import type { Traffic } from '../faults/traffic.ts';
import { callAfter, sleep } from '../real-timers.ts';
import { attempt } from './attempt.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import type { DueDelivery, Outbox } from './outbox.ts';
import { retryDelayMs } from './retries.ts';

export interface SenderParts {
  readonly endpoints: Endpoints;
  readonly outbox: Outbox;
  readonly log: DeliveryLog;
  readonly clock: Clock;
  readonly secret: string;
  readonly retrySeconds: readonly number[];
  readonly timeoutMs: number;
}

export interface SenderSurroundings {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly onUnexpectedError: (error: unknown) => void;
}

/** The maximum number of concurrent attempts per endpoint, so that an endpoint that hangs does not delay the others. */
const attemptsAtOnce = 5;
/**
 * How often to check the clock while deliveries wait: a test's fake timers can move the clock without notifying the
 * sender.
 */
const pollMs = 1000;
const pruneEvery = 100;

export class Sender {
  readonly #parts: SenderParts;
  readonly #surroundings: SenderSurroundings;
  readonly #busy = new Map<string, Set<number>>();
  readonly #running = new Set<Promise<void>>();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #cancelNext = () => {};
  #awake = false;
  #untilPruning = 0;

  constructor(parts: SenderParts, surroundings: SenderSurroundings) {
    this.#parts = parts;
    this.#surroundings = surroundings;
  }

  /** Sends due deliveries asynchronously: the caller may be inside a transaction or about to send a response. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    callAfter(0, () => {
      this.#awake = false;
      this.#sendDue();
    });
  }

  onEnded(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notifyEnded(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Aborts the attempts in flight. The next start sends their events again, because they may not have arrived. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelNext();
    await Promise.all(this.#running);
  }

  #sendDue(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelNext();
    const { endpoints, outbox, clock } = this.#parts;
    // Use the same time for both queries: otherwise a delivery that becomes due between them is missed by both.
    const now = clock.now();
    const active = endpoints.all.filter(({ disabledAt }) => disabledAt === null);
    try {
      for (const endpoint of active) this.#begin(endpoint, now);
      const waits = active.flatMap(({ id }) => outbox.nextAttemptAt(id, now)?.getTime() ?? []);
      if (waits.length > 0) this.#schedule(Math.min(...waits) - now.getTime());
    } catch (error) {
      this.#surroundings.onUnexpectedError(error);
      this.#schedule(pollMs);
    }
  }

  #schedule(waitMs: number): void {
    this.#cancelNext = callAfter(Math.min(waitMs, pollMs), () => this.#sendDue());
  }

  #begin(endpoint: Endpoint, now: Date): void {
    const busy = this.#busy.get(endpoint.id) ?? new Set();
    this.#busy.set(endpoint.id, busy);
    const free = attemptsAtOnce - busy.size;
    if (free === 0) return;
    const due = this.#parts.outbox.due(endpoint.id, now, attemptsAtOnce).filter(({ position }) => !busy.has(position));
    for (const delivery of due.slice(0, free)) {
      busy.add(delivery.position);
      const running = this.#deliver(endpoint, delivery).finally(() => {
        busy.delete(delivery.position);
        this.#running.delete(running);
        this.notifyEnded();
        this.wake();
      });
      this.#running.add(running);
    }
  }

  async #deliver(endpoint: Endpoint, delivery: DueDelivery): Promise<void> {
    const { clock, secret, timeoutMs, retrySeconds, outbox, endpoints } = this.#parts;
    const { faults, traffic, onUnexpectedError } = this.#surroundings;
    const at = clock.now();
    traffic.count('webhooks');
    const { retryAfter, ...outcome } = await attempt({
      url: endpoint.url,
      secrets: endpoint.secrets ?? [secret],
      eventId: delivery.eventId,
      body: delivery.body,
      timestampSeconds: clock.nowSeconds(),
      timeoutMs,
      fault: faults.take('webhooks'),
      signal: this.#stop.signal,
    });
    if (this.#stop.signal.aborted) return;
    // Standard Webhooks: 410 Gone means that the receiver wants no more events.
    const gone = outcome.status === 410;
    const again = outcome.failure !== null && !gone;
    const delayMs = again ? retryDelayMs(delivery.tries + 1, retrySeconds, retryAfter) : undefined;
    const nextAttemptAt = delayMs === undefined ? null : new Date(clock.now().getTime() + delayMs);
    try {
      outbox.record(delivery, { at, ...outcome, nextAttemptAt });
      if (gone) {
        endpoints.disable(endpoint.id);
        outbox.giveUp(endpoint);
      }
      this.#prune();
    } catch (error) {
      onUnexpectedError(error);
      // The result could not be stored, so the delivery is still due. Without a pause, it would be sent again in a
      // tight loop.
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return sleep(pollMs, this.#stop.signal).catch(() => {});
  }

  #prune(): void {
    if (this.#untilPruning-- > 0) return;
    this.#untilPruning = pruneEvery;
    this.#parts.log.prune();
  }
}
