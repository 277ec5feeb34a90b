import type { StreamInfo } from './bucket.ts';

/** The state of the bucket in an answer of NATS. */
export interface BucketState {
  readonly created: string;
  readonly lastSequence: number;
  readonly entries: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}

/** `doubtful`: either entries were lost, or all of them were replaced by newer texts. Only reading the bucket again can tell. */
export type Verdict = 'same' | 'doubtful' | 'lost';

// The clock of the server is known to about a second.
const toleranceMs = 10_000;

/** Notices that the bucket has lost entries in another way than by their age. */
export class Continuity {
  #known: BucketState | undefined;

  /** Read it before the bucket is asked: entries that are newer than the answer can arrive before it. */
  get known(): BucketState | undefined {
    return this.#known;
  }

  /** An entry has arrived. From now on, a lower last sequence means that the bucket was replaced. */
  saw(sequence: number, writtenMs: number): void {
    if (this.#known === undefined || sequence <= this.#known.lastSequence) return;
    const seen = { ...this.#known, lastSequence: sequence, newestMs: writtenMs };
    this.#known = seen.entries > 0 ? seen : { ...seen, entries: 1, oldestMs: writtenMs };
  }

  /**
   * Whether the bucket has lost entries since `before`. Also `lost` if it was empty at the first answer.
   * @param nowMs The server's time, if its clock has not been set since the reading began. Otherwise, entries that the server
   * removes because its clock was set forward would seem to have reached their age.
   */
  compare(before: BucketState | undefined, info: StreamInfo, nowMs: number): Verdict {
    const { state, created, config } = info;
    const present: BucketState = {
      created: String(created),
      lastSequence: state.last_seq,
      entries: state.messages,
      oldestMs: Date.parse(state.first_ts),
      newestMs: Date.parse(state.last_ts),
    };
    const hasChanged = before !== undefined && isReplaced(before, present);
    if (hasChanged || this.#known === undefined || present.lastSequence >= this.#known.lastSequence) {
      this.#known = present;
    }
    if (before === undefined) return present.entries === 0 ? 'lost' : 'same';
    if (hasChanged) return 'lost';
    const maxAgeMs = config.max_age / 1_000_000;
    const isOver = (writtenMs: number): boolean => maxAgeMs > 0 && writtenMs + maxAgeMs < nowMs + toleranceMs;
    // A newer text replaces an older one, so the number falls only if entries were removed.
    if (present.entries < before.entries && !isOver(before.oldestMs)) return 'lost';
    const areAllGone = before.entries > 0 && state.first_seq > before.lastSequence;
    if (!areAllGone || isOver(before.newestMs)) return 'same';
    return present.lastSequence > before.lastSequence ? 'doubtful' : 'lost';
  }
}

/** Whether it is another bucket of the same name, or was restored from a backup. */
function isReplaced(before: BucketState, present: BucketState): boolean {
  return present.created !== before.created || present.lastSequence < before.lastSequence;
}
