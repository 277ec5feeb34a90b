import { elapsedMs, type Instant, instantNow } from '@torii/core/internal';
import type { RevocationEvent } from './events.ts';

const pauseMs = 60_000;

type IgnoredEvent = Extract<RevocationEvent, { type: 'entries_ignored' }>;

/** Reports frequent events at most once a minute. */
export class LimitedEvents {
  readonly #emit: (event: RevocationEvent) => void;
  readonly #reportedAt: Map<string, Instant> = new Map();
  readonly #ignored: Map<IgnoredEvent['why'], number> = new Map();

  constructor(emit: (event: RevocationEvent) => void) {
    this.#emit = emit;
  }

  /** Reports the event, unless one of this type was reported within the last minute. */
  emit(event: RevocationEvent): void {
    if (this.#mayReport(event.type)) this.#emit(event);
  }

  /** The next event of this type is reported at once. */
  forget(type: RevocationEvent['type']): void {
    this.#reportedAt.delete(type);
  }

  noteIgnored(why: IgnoredEvent['why']): void {
    this.#ignored.set(why, (this.#ignored.get(why) ?? 0) + 1);
  }

  /** Reports how many entries were ignored since the last report. */
  reportIgnored(): void {
    for (const [why, entries] of this.#ignored) {
      if (!this.#mayReport(why)) continue;
      this.#ignored.delete(why);
      this.#emit({ type: 'entries_ignored', why, entries });
    }
  }

  #mayReport(name: string): boolean {
    const last = this.#reportedAt.get(name);
    if (last !== undefined && elapsedMs(last) < pauseMs) return false;
    this.#reportedAt.set(name, instantNow());
    return true;
  }
}
