import { isError } from '@torii/core/adapter';
import {
  elapsedMs,
  type Instant,
  innermostProblem,
  instantNow,
  type LoggableError,
  loggableCause,
} from '@torii/core/internal';
import { keyOf } from './entries/entry.ts';
import type { RevocationEvent } from './events.ts';
import type { FeedInstant, FeedReader } from './feed.ts';
import type { LimitedEvents } from './limited-events.ts';
import type { Liveness } from './liveness.ts';
import { type Memory, maxAheadSeconds } from './memory.ts';
import type { HeldEntry } from './set/held-entry.ts';
import type { Settings } from './settings.ts';
import type { StoreClock } from './store-clock.ts';

export interface ReceiverParts {
  readonly settings: Settings;
  readonly memory: Memory;
  readonly liveness: Liveness;
  readonly clock: StoreClock;
  readonly limited: LimitedEvents;
}

export interface ReceiverHooks {
  emit(event: RevocationEvent): void;
  /** Called when the store has the entry. */
  onStored(entry: HeldEntry): void;
  /** The store lacks entries that this process holds. `isLoss`: it has held some of them before. */
  onMissing(entries: readonly HeldEntry[], isLoss: boolean): void;
  /** `isRecovery`: the feed had failed. */
  onProof(isRecovery: boolean): void;
  onRefused(error: Error): void;
  onFirstSnapshot(): void;
}

/** Applies what the feed reports. No method throws, so that a mistake in a feed cannot end the process. */
export class Receiver implements FeedReader {
  readonly issuer: string;
  readonly environmentId: string;
  readonly channel: string;
  readonly retentionSeconds: number;
  readonly silenceMs: number;
  readonly #parts: ReceiverParts;
  readonly #hooks: ReceiverHooks;
  #generation = 0;
  #snapshot: { readonly begunAt: Instant; readonly isReset: boolean } | undefined;
  /** Whether the next snapshot is worth an event. */
  #isNews = true;
  #hasFailed = false;
  #isClosed = false;

  constructor(parts: ReceiverParts, hooks: ReceiverHooks) {
    const { issuer, environmentId, channel, lifeSeconds, silenceMs } = parts.settings;
    this.issuer = issuer;
    this.environmentId = environmentId;
    this.channel = channel;
    this.retentionSeconds = lifeSeconds + maxAheadSeconds;
    this.silenceMs = silenceMs;
    this.#parts = parts;
    this.#hooks = hooks;
  }

  snapshotBegins(options?: { readonly reset?: boolean; readonly askedAt?: FeedInstant }): void {
    this.#safely(() => {
      const isReset = options?.reset === true;
      this.#generation += 1;
      this.#snapshot = { begunAt: options?.askedAt ?? instantNow(), isReset };
      this.#isNews ||= isReset;
    });
  }

  received(texts: readonly string[], storeMs?: number, askedAt?: FeedInstant): void {
    this.#safely(() => {
      this.#parts.clock.note(storeMs, askedAt);
      for (const text of texts) this.#apply(text);
      this.#parts.limited.reportIgnored();
    });
  }

  later(current: string, ours: string): string {
    const { settings, memory } = this.#parts;
    const [stored, announced] = [settings.text.read(current), settings.text.read(ours)];
    // An entry that this process would ignore, or about another subject, must not keep ours out of the store.
    if (typeof stored === 'string' || typeof announced === 'string' || memory.isFuture(stored)) return ours;
    if (keyOf(stored) !== keyOf(announced)) return ours;
    return announced.before > stored.before ? ours : current;
  }

  snapshotEnds(): void {
    this.#safely(() => {
      if (this.#snapshot === undefined) return;
      const { begunAt, isReset } = this.#snapshot;
      this.#snapshot = undefined;
      const isFirst = !this.#parts.liveness.hasSnapshot;
      this.#compareWithStore(isReset);
      this.#parts.liveness.noteSnapshot(begunAt);
      if (this.#isNews) {
        const entries = this.#parts.memory.set.size;
        this.#hooks.emit({ type: 'feed_current', entries, durationMs: elapsedMs(begunAt) });
      }
      this.#isNews = false;
      this.#noteWorking();
      if (isFirst) this.#hooks.onFirstSnapshot();
    });
  }

  proven(askedAt: FeedInstant): void {
    this.#safely(() => {
      // During a snapshot, entries are still to come.
      if (this.#snapshot !== undefined) return;
      this.#parts.liveness.noteProof(askedAt);
      this.#noteWorking();
    });
  }

  now(): FeedInstant {
    this.#safely(() => {});
    return instantNow();
  }

  failed(problem: unknown, askedAt?: FeedInstant): void {
    this.#safely(() => {
      this.#hasFailed = true;
      this.#parts.liveness.noteFailure(askedAt);
      this.#isNews = true;
      const cause = loggableCause(problem);
      this.#parts.limited.emit({ type: 'feed_failed', problem: innermostProblem(cause), cause });
    });
  }

  refused(error: Error): void {
    this.#safely(() => this.#hooks.onRefused(error));
  }

  /** From now on, reports of the feed are ignored. */
  close(): void {
    this.#isClosed = true;
  }

  #apply(text: unknown): void {
    const { settings, memory, limited } = this.#parts;
    const entry = settings.text.read(text);
    const problem = typeof entry === 'string' ? entry : memory.isFuture(entry) ? 'future' : undefined;
    if (typeof entry === 'string' || problem !== undefined) {
      limited.noteIgnored(problem ?? 'malformed');
      return;
    }
    const held = memory.add(entry);
    if (held === undefined || held.before > entry.before) return;
    held.generation = this.#generation;
    this.#hooks.onStored(held);
  }

  #compareWithStore(isReset: boolean): void {
    const { memory, limited } = this.#parts;
    const missing: HeldEntry[] = [];
    let isLoss = isReset;
    for (const entry of memory.set.entries()) {
      if (entry.generation >= this.#generation || memory.isOver(entry)) continue;
      missing.push(entry);
      isLoss ||= entry.generation > 0;
    }
    if (isLoss) limited.emit({ type: 'feed_reset' });
    if (missing.length > 0 || isLoss) this.#hooks.onMissing(missing, isLoss);
  }

  #noteWorking(): void {
    this.#parts.limited.forget('feed_failed');
    const isRecovery = this.#hasFailed;
    this.#hasFailed = false;
    this.#hooks.onProof(isRecovery);
  }

  #safely(work: () => void): void {
    if (this.#isClosed) return;
    try {
      this.#parts.liveness.noteRunning();
      work();
    } catch (error) {
      this.#isNews = true;
      const cause: LoggableError = loggableCause(
        isError(error) ? error : new Error('a feed reported something unreadable'),
      );
      this.#parts.limited.emit({ type: 'feed_failed', problem: innermostProblem(cause), cause });
    }
  }
}
