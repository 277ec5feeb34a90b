import type { StreamInfo } from './bucket.ts';

/** What is known about the bucket from its last answer. */
interface Known {
  readonly created: string;
  readonly lastSequence: number;
  readonly entries: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}

// The clock of the server is known to about a second.
const toleranceMs = 10_000;

/** Notices that the bucket has lost entries in another way than by their age. */
export class Continuity {
  #known: Known | undefined;

  /** Whether the bucket has lost entries since the last answer, or was empty at the first one. */
  hasLost(info: StreamInfo, nowMs: number | undefined): boolean {
    const { state, created, config } = info;
    const known = this.#known;
    this.#known = {
      created: String(created),
      lastSequence: state.last_seq,
      entries: state.messages,
      oldestMs: Date.parse(state.first_ts),
      newestMs: Date.parse(state.last_ts),
    };
    if (known === undefined) return state.messages === 0;
    // Deleted and created again, or restored from a backup.
    if (known.created !== String(created) || state.last_seq < known.lastSequence) return true;
    const maxAgeMs = config.max_age / 1_000_000;
    const isOver = (writtenMs: number): boolean =>
      maxAgeMs > 0 && nowMs !== undefined && writtenMs + maxAgeMs < nowMs + toleranceMs;
    const isAllGone = known.entries > 0 && state.first_seq > known.lastSequence;
    if (isAllGone && !isOver(known.newestMs)) return true;
    // A newer text replaces an older one, so the number falls only if entries were removed.
    return state.messages < known.entries && !isOver(known.oldestMs);
  }

  /** A later sequence than the last answer had: the bucket must not go back behind it. */
  saw(sequence: number): void {
    if (this.#known !== undefined && sequence > this.#known.lastSequence) {
      this.#known = { ...this.#known, lastSequence: sequence };
    }
  }
}
