import { type Instant, instantNow, steadyMs, wallMs } from '@torii/core/adapter';

/** If the wall clock and the steady clock differ by more, one was set or has stopped, so the store's time is not known. */
const maxDifferenceMs = 5_000;
const maxTrustedMs = 3_600_000;

/** The clock of the store: the one clock that all processes of a fleet share. */
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

  /** By the clock of the store, or else by that of this process. */
  get nowMs(): number {
    return this.knownMs ?? wallMs();
  }

  /**
   * The same, for the cut-off of a revocation. A store that is an hour ahead or more, because someone else controls it, must not
   * make this process sign users out for that long.
   */
  get presentMs(): number {
    const { knownMs } = this;
    // Not if it is behind: other processes ignore a cut-off that is far ahead by the clock of the store.
    return knownMs === undefined || knownMs - wallMs() > maxTrustedMs ? wallMs() : knownMs;
  }
}
