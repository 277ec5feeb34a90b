import { elapsedMs, type Instant, instantNow, steadyMs, wallMs } from '@torii/core/internal';

/** If the wall clock and the steady clock differ by more, one was set or has stopped, so the store's time is not known. */
const maxDifferenceMs = 5_000;
/** One of two clocks that differ by more is wrong. */
const maxOffsetMs = 3_600_000;
/** Other servers ignore a cut-off that is more than 900 seconds ahead of the store's clock. */
const maxLeadMs = 600_000;
/** An answer that took longer does not tell the present time. It may have waited through a pause of the process. */
const maxAnswerMs = 5_000;

/** The clock of the store: the one clock that all processes of a fleet share. */
export class StoreClock {
  #noted: { readonly storeMs: number; readonly at: Instant } | undefined;

  /** Counts from when the store was asked: a present that is too early would let tokens through. */
  note(storeMs: number | undefined, askedAt: Instant = instantNow()): void {
    if (!Number.isFinite(storeMs) || elapsedMs(askedAt) >= maxAnswerMs) return;
    this.#noted = { storeMs: storeMs as number, at: askedAt };
  }

  /** In Unix milliseconds. `undefined` if the store has not told its time. */
  get knownMs(): number | undefined {
    if (this.#noted === undefined) return undefined;
    const { storeMs, at } = this.#noted;
    const passedMs = steadyMs() - at.steadyMs;
    return Math.abs(wallMs() - at.wallMs - passedMs) > maxDifferenceMs ? undefined : storeMs + passedMs;
  }

  /** By the clock of the store, or else by that of this process. */
  get nowMs(): number {
    return this.knownMs ?? wallMs();
  }

  /** By the clock that is ahead of the other: a cut-off that is too early would let tokens through. */
  get latestMs(): number {
    return Math.max(this.nowMs, Math.min(wallMs(), this.nowMs + maxLeadMs));
  }

  /** By the clock that is behind the other. */
  get earliestMs(): number {
    return Math.min(this.nowMs, wallMs());
  }

  /** Whether the clocks of the store and of this process differ by more than an hour. */
  get isDoubtful(): boolean {
    return Math.abs(this.nowMs - wallMs()) > maxOffsetMs;
  }
}
