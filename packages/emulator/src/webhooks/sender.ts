import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults/faults.ts';
import type { Traffic } from '../faults/traffic.ts';
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
  /** What signs where an endpoint has no secret of its own. */
  readonly secret: string;
  readonly retrySeconds: readonly number[];
  readonly timeoutMs: number;
}

/** What attempts meet and are counted by, and who is told of what no rule foresaw. */
export interface SenderSurroundings {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly onUnexpectedError: (error: unknown) => void;
}

/** How many attempts at once an endpoint has. One that hangs keeps nobody else waiting. */
const attemptsAtOnce = 5;
/** How often the clock is looked at while something waits: a test's own may jump without a word. */
const lookMs = 1000;
/** How many attempts there are from one pruning to the next. */
const pruneEvery = 100;

/** Sends what the outbox holds, until it is stopped. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #surroundings: SenderSurroundings;
  readonly #busy = new Map<string, Set<number>>();
  readonly #running = new Set<Promise<void>>();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #awake = false;
  #untilPruning = 0;

  constructor(parts: SenderParts, surroundings: SenderSurroundings) {
    this.#parts = parts;
    this.#surroundings = surroundings;
  }

  /** Looks soon at what there is to send. Not at once: who tells of it may be within a transaction, or have an answer to give. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    setImmediate(() => {
      this.#awake = false;
      this.#look();
    });
  }

  /** Calls back whenever something has ended, until the returned function is called. */
  onEnded(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back who waits for the end of something. */
  tellEnded(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Cuts what is on its way. It stays in the outbox: whether it has arrived, nobody knows. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  #look(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    const { endpoints, outbox, clock } = this.#parts;
    // One moment for both questions: what falls due between them would be answered by neither.
    const now = clock.now();
    const active = endpoints.all.filter(({ disabledAt }) => disabledAt === null);
    try {
      for (const endpoint of active) this.#begin(endpoint, now);
      const waits = active.flatMap(({ id }) => outbox.nextAttemptAt(id, now)?.getTime() ?? []);
      if (waits.length > 0) this.#lookAgainIn(Math.min(...waits) - now.getTime());
    } catch (error) {
      this.#surroundings.onUnexpectedError(error);
      this.#lookAgainIn(lookMs);
    }
  }

  #lookAgainIn(waitMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(waitMs, lookMs)).unref();
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
        this.tellEnded();
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
    // 410 Gone, by Standard Webhooks: the receiver wants no more of them.
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
      // Not known to have ended, it would be sent again and again. A full disk is not emptier at once.
      await this.#rest();
    }
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, lookMs).unref();
      this.#stop.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #prune(): void {
    if (this.#untilPruning-- > 0) return;
    this.#untilPruning = pruneEvery;
    this.#parts.log.prune();
  }
}
