import { type Instant, instantNow, steadyMs, wallMs } from '@torii/core/adapter';

/** If the two clocks of this process disagree by more, one was set, or stopped: the time of the store is no longer known. */
const maxDifferenceMs = 5_000;
/** One of two clocks that differ by more is wrong. */
const maxOffsetMs = 86_400_000;
/** A cut-off may lie at most 900 seconds ahead of the store's clock, of which `at` may use 300. */
const maxLeadMs = 540_000;

/** The clock of the store. Other clocks of a fleet differ, and all processes know this one. */
export class StoreClock {
  #noted: { readonly storeMs: number; readonly at: Instant } | undefined;

  note(storeMs: number | undefined): void {
    if (Number.isFinite(storeMs)) this.#noted = { storeMs: storeMs as number, at: instantNow() };
  }

  /** In Unix milliseconds. `undefined` if the store has not told its time. */
  get knownMs(): number | undefined {
    if (this.#noted === undefined) return undefined;
    const { storeMs, at } = this.#noted;
    const passedMs = steadyMs() - at.steadyMs;
    return Math.abs(wallMs() - at.wallMs - passedMs) > maxDifferenceMs ? undefined : storeMs + passedMs;
  }

  /** Whether the clocks of the store and of this process differ by more than a day. */
  get isDoubtful(): boolean {
    return Math.abs(this.presentMs - wallMs()) > maxOffsetMs;
  }

  /** By the clock that shows more, for cut-offs: one that is too early would let tokens through. */
  get latestMs(): number {
    const { presentMs } = this;
    return Math.max(presentMs, Math.min(wallMs(), presentMs + maxLeadMs));
  }

  /** By the clock of the store, or else by that of this process. */
  get presentMs(): number {
    return this.knownMs ?? wallMs();
  }
}
