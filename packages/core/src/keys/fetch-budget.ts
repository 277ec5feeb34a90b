import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

/** Limits the rate of key fetches: three in a row, then one every eight seconds, so at most ten in any minute. */
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // The refill period starts with the first fetch from a full budget, because a full budget does not refill.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Count whole periods only. `elapsedMs` returns the larger result of two clocks, so many short intervals would add up to
    // more than the real time.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
